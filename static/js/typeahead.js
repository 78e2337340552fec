/* Suggestions while typing: the ARIA combobox with a list box.

   The frame (macros/typeahead.html) holds one input. Mode "go": choosing leads to data-href. Mode "choose": choosing
   writes data-label into the input and both into the hidden inputs beside it, and any other text empties them.
   Down and up move, Enter chooses, Escape closes and, once more, clears; Tab leaves the text as it is. */

const PAUSE = 120; // milliseconds without a key before the server is asked
const LEAST = 2;   // characters

let count = 0;

export function enhance(frame) {
  const input = frame.querySelector("input:not([type=hidden])");
  const value = frame.querySelector("[data-chosen-value]");
  const label = frame.querySelector("[data-chosen-label]");
  const { url, mode, listLabel, none, one, many } = frame.dataset;
  const prefix = `vorschlag-${++count}`;

  const list = document.createElement("ul");
  list.className = "k-suggestions";
  list.id = `${prefix}-liste`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", listLabel);
  const status = document.createElement("div");
  status.className = "kern-sr-only";
  status.setAttribute("role", "status");
  frame.append(list, status);

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);

  let timer;
  let request;
  let options = [];
  let active = -1;

  const mark = (index) => {
    options[active]?.setAttribute("aria-selected", "false");
    active = index;
    const option = options[active];
    if (!option) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  };

  const close = () => {
    clearTimeout(timer);
    request?.abort();
    mark(-1);
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    status.textContent = "";
  };

  const identity = (option) => option && (option.dataset.href ?? option.dataset.value);

  const show = (html) => {
    const chosen = identity(options[active]);
    list.innerHTML = html;
    options = [...list.querySelectorAll("[role=option]")];
    options.forEach((option, index) => { option.id = `${prefix}-${index}`; });
    // A late answer must not take away what the arrows have led to already.
    mark(chosen ? options.findIndex((option) => identity(option) === chosen) : -1);
    list.hidden = options.length === 0;
    input.setAttribute("aria-expanded", String(options.length > 0));
    status.textContent = options.length === 0 ? none : options.length === 1 ? one : many.replace("{}", options.length);
  };

  const ask = async () => {
    const text = input.value.trim();
    if (text.length < LEAST) {
      close();
      return;
    }
    request?.abort();
    const current = (request = new AbortController());
    try {
      const address = new URL(url, location.href);
      address.searchParams.set("q", text);
      const answer = await fetch(address, { signal: current.signal, headers: { Accept: "text/html" } });
      if (answer.ok && document.activeElement === input) show(await answer.text());
    } catch (error) {
      // Without suggestions the field still works: Enter searches.
      if (error.name !== "AbortError") close();
    }
  };

  const choose = (option) => {
    if (mode === "go") {
      location.assign(option.dataset.href);
      return;
    }
    input.value = label.value = option.dataset.label;
    value.value = option.dataset.value;
    close();
  };

  input.addEventListener("input", () => {
    if (value && input.value !== label.value) value.value = label.value = "";
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });

  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const open = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) ask();
      else {
        const step = event.key === "ArrowDown" ? 1 : -1;
        // One place before the first is the input itself.
        const places = options.length + 1;
        mark(((active + 1 + step + places) % places) - 1);
      }
    } else if (event.key === "Enter" && open && active >= 0) {
      event.preventDefault();
      choose(options[active]);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      close();
    }
  });

  input.addEventListener("blur", close);
  // The press must not take the focus from the input, or the list would be gone before the click.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose(option);
  });

  // Somebody may have typed before this module was there.
  if (document.activeElement === input && input.value !== input.defaultValue) ask();
}
