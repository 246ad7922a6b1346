// Elements. Text is always set as text, so that nothing that comes from an application is ever read as HTML.

// el makes an element: attributes, then children. A function under onclick and the like is a listener; false, null and
// undefined leave an attribute out.
export function el(name, props = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (typeof value === 'function') node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, '');
    else if (value !== undefined && value !== null && value !== false) node.setAttribute(key, value);
  }
  node.append(...flat(children));
  return node;
}

const flat = children => children.flat(9).filter(c => c !== null && c !== undefined && c !== false && c !== '')
  .map(c => (c instanceof Node ? c : String(c)));

export const replace = (node, ...children) => node.replaceChildren(...flat(children));

// released waits until the button of the mouse or the finger that is down is let go: what is pressed stays until it was clicked.
let down = false;
const waiting = [];
export const released = () => (down ? new Promise(go => waiting.push(go)) : null);
const letGo = () => setTimeout(() => { // the click comes first
  down = false;
  for (const go of waiting.splice(0)) go();
});
document.addEventListener('pointerdown', event => { down = event.button === 0; }, true);
for (const name of ['pointerup', 'pointercancel']) document.addEventListener(name, letGo, true);
window.addEventListener('blur', letGo);

// latest returns a function that loads and shows what came. What is pressed is let go first, and an answer that a newer question
// has overtaken is not shown.
export const latest = (load, show) => {
  let asked = 0;
  return async () => {
    const mine = ++asked;
    const found = await load();
    await released();
    if (mine === asked) show(found);
  };
};

// when writes a time in Unix milliseconds, UTC.
export const when = ms => (ms ? el('time', { datetime: new Date(ms).toISOString() }, new Date(ms).toISOString().replace('T', ' ').slice(0, 19)) : '');

export const section = (title, ...children) => el('section', {}, el('h2', {}, title), ...children);
export const row = (...children) => el('div', { class: 'row' }, ...children);
export const soft = text => el('p', { class: 'soft' }, text);
export const badge = (text, kind = '') => el('span', { class: `badge ${kind}` }, text);
export const pre = value => el('pre', { tabindex: '0' }, typeof value === 'string' ? value : JSON.stringify(value, null, 2));

// status shows an HTTP status, 0 when there was no answer.
export const status = code => badge(code || 'no answer', code >= 200 && code < 400 ? 'good' : 'bad');

export function table(heads, rows, empty = 'None yet.') {
  if (rows.length === 0) return soft(empty);
  return el('div', { class: 'scroll', tabindex: '0' }, el('table', {},
    el('thead', {}, el('tr', {}, heads.map(h => el('th', { scope: 'col' }, h)))),
    el('tbody', {}, rows.map(cells => el('tr', {}, cells.map((c, i) => el('td', { 'data-head': heads[i] }, c)))))));
}

// facts is a list of names and values; what has no value is left out.
export const facts = pairs => el('dl', {}, pairs.filter(([, v]) => v !== '' && v !== null && v !== undefined)
  .map(([k, v]) => [el('dt', {}, k), el('dd', {}, v)]));

// pretty writes JSON with indentation, and anything else as it is.
export function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
