// Addresses. Each page has one, /console/PAGE/ID/PART?…, which may be kept, sent to somebody and gone back to.

const pages = new Map(); // name → { title, group, draw }
let drawn = 0; // counts drawings, so that a slow answer never overwrites a newer page
let stopLive = null;

// page adds a page: draw gets the place and returns the elements of the page.
export const page = (name, title, group, draw) => pages.set(name, { title, group, draw });
export const allPages = () => [...pages].map(([name, p]) => ({ name, ...p }));

// here reads the address.
export function here() {
  const [name = '', id = '', part = ''] = location.pathname.split('/').slice(2).map(decodeURIComponent);
  const params = new URLSearchParams(location.search);
  return { name: pages.has(name) ? name : 'overview', id, part, params };
}

// address writes the address of a page; it stays with the chosen instance.
export function address(name, id = '', params = {}) {
  const query = new URLSearchParams(Object.entries(params).filter(([, v]) => v !== '' && v !== undefined && v !== null));
  const instance = new URLSearchParams(location.search).get('instance');
  if (instance && !query.has('instance')) query.set('instance', instance);
  const text = query.toString();
  return `/console/${[name, id].filter(Boolean).map(encodeURIComponent).join('/')}${text ? `?${text}` : ''}`;
}

// go opens an address of the console as a step of the history.
export function go(to) {
  history.pushState(null, '', to);
  return redraw();
}

// refine changes parameters of the address without another step, as one types into a search for example.
export function refine(params) {
  const next = new URLSearchParams(location.search);
  for (const [key, value] of Object.entries(params)) {
    if (value === '' || value === null || value === undefined) next.delete(key);
    else next.set(key, value);
  }
  const text = next.toString();
  history.replaceState(null, '', location.pathname + (text ? `?${text}` : ''));
}

// draws is how many drawings were begun.
export const draws = () => drawn;

let drawPage = async () => {};
export const onDraw = fn => { drawPage = fn; };

// redraw draws the page of the address. Focus and scrolling stay where they were if the page is the same.
export async function redraw() {
  const mine = ++drawn;
  stopLive?.();
  stopLive = null;
  const current = () => mine === drawn;
  await drawPage({ ...here(), current }, current);
}

// live draws, and draws again whenever one of the numbers changes that the admin API counts, until another page than that of
// the place is drawn. The numbers are read before what they count: what changes in between is drawn again, not missed.
export async function live(place, counters, read, draw) {
  let seen = JSON.stringify(pick(await read(), counters));
  await draw();
  if (!place.current()) return;
  let busy = false;
  const tick = async () => {
    if (busy || document.hidden) return;
    busy = true;
    try {
      const now = JSON.stringify(pick(await read(), counters));
      if (now !== seen) await draw();
      seen = now;
    } catch {
      // The emulator was stopped; the next tick asks again.
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(tick, 700);
  stopLive = () => clearInterval(timer);
}

const pick = (object, keys) => keys.map(k => object[k]);

// Plain clicks on links of the console are steps of the history; everything else is the browser's.
document.addEventListener('click', event => {
  const link = event.target.closest?.('a[href]');
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const to = new URL(link.href, location.href);
  if (link.target || to.origin !== location.origin || !(to.pathname === '/' || to.pathname.startsWith('/console'))) return;
  if (to.hash && to.pathname === location.pathname) return;
  event.preventDefault();
  go(to.pathname + to.search);
});
window.addEventListener('popstate', () => redraw());
