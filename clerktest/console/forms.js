// Forms: fields, pickers that find records by what people know of them, and editors for JSON.

import { el, replace, row } from './dom.js';
import { act } from './ask.js';
import { api, query } from './api.js';

// field is a labelled input. kind is an input type, textarea, checkbox, or a list of [value, label]. help is a sentence beside a checkbox
// and below other inputs.
export function field(name, label, { kind = 'text', value = '', required = false, hint = '', help = '' } = {}) {
  let input;
  if (Array.isArray(kind)) {
    input = el('select', { name }, kind.map(([v, l]) => el('option', { value: v, selected: v === value }, l)));
  } else if (kind === 'textarea') {
    input = el('textarea', { name, required, rows: 4, spellcheck: 'false' }, value);
  } else if (kind === 'checkbox') {
    return el('label', { class: 'check' }, el('input', { type: 'checkbox', name, checked: !!value }), el('span', {}, label, help && el('small', {}, help)));
  } else {
    input = el('input', { type: kind, name, value, required, placeholder: hint, autocomplete: 'off', step: kind === 'number' ? 'any' : null });
  }
  return el('label', { class: 'field' }, el('span', {}, label), input, help && el('small', {}, help));
}

// form hands the values of its fields to submit: texts, numbers, booleans. What is empty is left out, unless keep is set.
export function form(label, fields, submit, { keep = false, quiet = false, name = '' } = {}) {
  const node = el('form', {
    'data-form': name || label, onsubmit: act(event => submit(values(event.target, keep), event.target), { quiet }),
  }, fields, el('button', { class: 'main' }, label));
  return node;
}

function values(node, keep) {
  const out = {};
  for (const input of node.elements) {
    if (!input.name) continue;
    if (input.type === 'checkbox') out[input.name] = input.checked;
    else if (input.type === 'number') { if (input.value !== '') out[input.name] = Number(input.value); }
    else if (keep || input.value !== '') out[input.name] = input.value;
  }
  return out;
}

// folded hides a form behind its title until it is wanted.
export const folded = (title, ...children) => el('details', {}, el('summary', {}, title), ...children);

// jsonEditor edits an object, says where it is not JSON as one types, and saves it.
export function jsonEditor(title, value, save) {
  const area = el('textarea', { 'aria-label': title, 'data-json': title, spellcheck: 'false', rows: 5 }, JSON.stringify(value ?? {}, null, 2));
  const says = el('p', { class: 'bad', hidden: true, role: 'alert' });
  const button = el('button', { type: 'button', disabled: true, onclick: act(() => save(JSON.parse(area.value))) }, 'Save');
  area.addEventListener('input', () => {
    const wrong = jsonTrouble(area.value);
    says.textContent = wrong;
    says.hidden = !wrong;
    area.setAttribute('aria-invalid', String(!!wrong));
    button.disabled = !!wrong;
  });
  return el('div', { class: 'json' }, el('h3', {}, title), area, says, row(button));
}

// jsonTrouble says what is wrong with a text that should be a JSON object, and on which line; empty when nothing is.
export function jsonTrouble(text) {
  try {
    const value = JSON.parse(text);
    return value === null || typeof value !== 'object' || Array.isArray(value) ? 'This must be an object: { … }.' : '';
  } catch (error) {
    const at = /position (\d+)/.exec(error.message);
    const line = at ? ` (line ${text.slice(0, +at[1]).split('\n').length})` : '';
    return `This is not JSON${line}: ${error.message}`;
  }
}

// picker is an input that finds records as one types and sends the id of the chosen one. find returns [id, label] pairs.
export function picker(name, label, find, { value = '', required = false } = {}) {
  const list = `${name}-${Math.random().toString(36).slice(2)}`;
  const hidden = el('input', { type: 'hidden', name, value });
  const options = el('ul', { id: list, role: 'listbox', hidden: true });
  const input = el('input', {
    type: 'text', role: 'combobox', 'aria-controls': list, 'aria-expanded': 'false', 'aria-autocomplete': 'list', autocomplete: 'off',
    spellcheck: 'false', placeholder: 'type to search', value, required, 'data-pick': name,
  });
  let at = -1;
  let asked = 0;
  const mark = index => {
    at = index;
    [...options.children].forEach((o, i) => o.setAttribute('aria-selected', String(i === at)));
  };
  const close = () => { options.hidden = true; input.setAttribute('aria-expanded', 'false'); mark(-1); };
  const choose = option => {
    asked++; // an answer that comes now does not open the list again
    hidden.value = option.dataset.id;
    input.value = option.textContent;
    close();
    hidden.dispatchEvent(new Event('change', { bubbles: true }));
  };
  const search = async () => {
    const mine = ++asked;
    const found = await find(input.value.trim()).catch(() => []);
    if (mine !== asked) return;
    const marked = options.children[at]?.dataset.id;
    replace(options, found.map(([id, text]) => el('li', { role: 'option', 'data-id': id, onmousedown: event => { event.preventDefault(); choose(event.currentTarget); } }, text)));
    options.hidden = found.length === 0;
    input.setAttribute('aria-expanded', String(found.length > 0));
    mark(found.findIndex(([id]) => id === marked)); // the mark stays where it was put while a search was under way
  };
  input.addEventListener('input', () => { hidden.value = input.value.trim(); search(); });
  input.addEventListener('focus', search);
  input.addEventListener('blur', close);
  input.addEventListener('keydown', event => {
    const all = [...options.children];
    if (event.key === 'Escape') close();
    if (event.key === 'Enter' && at >= 0) { event.preventDefault(); choose(all[at]); }
    if ((event.key !== 'ArrowDown' && event.key !== 'ArrowUp') || all.length === 0) return;
    event.preventDefault();
    mark((at + (event.key === 'ArrowDown' ? 1 : all.length - 1)) % all.length);
    all[at].scrollIntoView({ block: 'nearest' });
  });
  return el('label', { class: 'field pick' }, el('span', {}, label), input, hidden, options);
}

export const nameOf = u => [u.first_name, u.last_name].filter(Boolean).join(' ') || u.email_addresses?.[0]?.email_address || u.username || u.id;

export const userPicker = (name, label, options) => picker(name, label, async text =>
  (await api(`/users${query({ query: text, limit: 8 })}`)).map(u => [u.id, [nameOf(u), u.email_addresses[0]?.email_address, u.id].filter((v, i, a) => v && a.indexOf(v) === i).join(' · ')]), options);

export const organizationPicker = (name, label, options) => picker(name, label, async text =>
  (await api(`/organizations${query({ query: text, limit: 8 })}`)).data.map(o => [o.id, `${o.name} · ${o.slug}`]), options);

export const roleSelect = async (name, value) => field(name, 'Role', {
  kind: (await api('/organization_roles?limit=100')).data.map(r => [r.key, r.name]), value,
});
