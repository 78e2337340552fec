/* Runs before the page is drawn: sets the chosen colour theme, then wires what the page asks for.

   An element with data-module="/static/js/x.js" gets that component: its module is loaded when the page is ready, or,
   with data-when="focus", only when somebody comes near, and its enhance(element) is called once. */
(() => {
  "use strict";
  const root = document.documentElement;

  // Private windows may forbid storage; then the choice holds for this page only.
  const stored = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const store = (key, value) => { try { localStorage.setItem(key, value); } catch { /* holds for this page */ } };

  const setTheme = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.kernTheme = theme;
    else delete root.dataset.kernTheme;
  };
  setTheme(stored("theme"));

  let shortcut = stored("shortcut") !== "off";

  const enhanced = new WeakSet();
  const enhance = async (element) => {
    if (enhanced.has(element)) return;
    enhanced.add(element);
    (await import(element.dataset.module)).enhance(element);
  };

  const showShortcut = () => {
    for (const hint of document.querySelectorAll("[data-shortcut-hint]")) hint.hidden = !shortcut;
    for (const field of document.querySelectorAll("[data-search]")) {
      if (shortcut) field.setAttribute("aria-keyshortcuts", "/");
      else field.removeAttribute("aria-keyshortcuts");
    }
  };

  const wireSettings = () => {
    for (const settings of document.querySelectorAll("[data-settings]")) settings.hidden = false;
    for (const choice of document.querySelectorAll("[data-theme]")) {
      choice.checked = choice.value === (stored("theme") ?? "auto");
      choice.addEventListener("change", () => { setTheme(choice.value); store("theme", choice.value); });
    }
    for (const box of document.querySelectorAll("[data-shortcut]")) {
      box.checked = shortcut;
      box.addEventListener("change", () => {
        shortcut = box.checked;
        store("shortcut", shortcut ? "on" : "off");
        showShortcut();
      });
    }
  };

  const nearest = (event) => event.target instanceof Element && event.target.closest("[data-module]");
  for (const event of ["focusin", "pointerover"]) {
    document.addEventListener(event, (happened) => {
      const element = nearest(happened);
      if (element) enhance(element);
    });
  }

  document.addEventListener("keydown", (event) => {
    if (!shortcut || event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]")) return;
    const field = document.querySelector("[data-search]");
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  });

  document.addEventListener("DOMContentLoaded", () => {
    wireSettings();
    showShortcut();
    document.querySelectorAll("[data-module]:not([data-when])").forEach(enhance);
    // The browser may have put the focus into a field before this ran.
    const element = document.activeElement?.closest("[data-module]");
    if (element) enhance(element);
  });
})();
