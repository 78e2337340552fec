/* Names the place under a resting pointer on a map that has too many for each to be a link, and leads to it.

   data-url answers with the place nearest to a point in kilometres; data-west, data-north and data-scale say which
   point of the country a point of the picture is. */

const SVG = "http://www.w3.org/2000/svg";
const REST = 120; // milliseconds
const NEAR = 10; // units of the picture

export function enhance(map) {
  const { url, west, north, scale } = map.dataset;
  let timer;
  let request;
  let found;

  const forget = () => {
    clearTimeout(timer);
    request?.abort();
    found?.remove();
    found = undefined;
  };

  const make = (name, attributes, text = "") => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    return element;
  };

  const show = (place, x, y) => {
    const right = x < map.viewBox.baseVal.width * 0.7;
    const label = { x: x + (right ? 11 : -11), y: y + 5, "text-anchor": right ? "start" : "end" };
    found = make("a", { href: place.url, class: "k-map__found", tabindex: -1 });
    found.append(make("circle", { cx: x, cy: y, r: 5, "stroke-width": NEAR }), make("text", label, place.name));
    map.append(found);
  };

  const ask = async (clientX, clientY) => {
    const point = new DOMPoint(clientX, clientY).matrixTransform(map.getScreenCTM().inverse());
    request = new AbortController();
    const address = new URL(url, location.href);
    address.searchParams.set("x", Number(west) + point.x / scale);
    address.searchParams.set("y", Number(north) + point.y / scale);
    try {
      const answer = await fetch(address, { signal: request.signal });
      if (!answer.ok) return;
      const place = await answer.json();
      const [x, y] = [(place.x - west) * scale, (place.y - north) * scale];
      if (Math.hypot(x - point.x, y - point.y) <= NEAR) show(place, x, y);
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  };

  map.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "mouse" || found?.contains(event.target)) return;
    forget();
    timer = setTimeout(ask, REST, event.clientX, event.clientY);
  });
  map.addEventListener("pointerleave", forget);
}
