// Lists that are searched and paged, with both in the address; and links of ids.

import { el, latest, replace, row, soft, table } from './dom.js';
import { act } from './ask.js';
import { address, here, refine } from './router.js';

// Where the record of an id is shown, by how the id begins.
const homes = [
  ['user_', 'users'], ['org_', 'organizations'], ['sess_', 'sessions'], ['sua_', 'sign-ups'], ['mch_', 'machines'], ['jtmpl_', 'templates'],
  ['oa_', 'oauth'], ['oauthapp_', 'oauth'], ['role_', 'roles'], ['ema_', 'outbox'], ['sms_', 'outbox'], ['msg_', 'webhooks'], ['ep_', 'webhooks'],
  ['cplan_', 'plans'], ['ak_', 'api-keys'], ['client_', 'sessions'],
];

// idLink shows an id as a link to its record; other ids are text.
export function idLink(id, label = id) {
  if (!id) return '';
  const home = homes.find(([prefix]) => String(id).startsWith(prefix));
  if (!home) return el('code', {}, label);
  const [prefix, name] = home;
  const to = prefix === 'client_' ? address('sessions', '', { query: id }) : address(name, id);
  return el('a', { href: to, title: id, class: label === id ? 'id' : null }, label);
}

const idText = /\b(?:user|org|sess|sua|mch|jtmpl|role|ema|sms|msg|ep|cplan)_[0-9A-Za-z]{6,}\b/g;

// linked writes a text in which every id is a link.
export function linked(text) {
  const out = [];
  let at = 0;
  for (const found of text.matchAll(idText)) {
    out.push(text.slice(at, found.index), idLink(found[0]));
    at = found.index + found[0].length;
  }
  out.push(text.slice(at));
  return el('pre', { tabindex: '0' }, out);
}

export const pageLength = 25;

// list draws a list: load gets { query, limit, offset, … } and returns { data, total }; total is null when it is not known.
// cells makes a row. The parts of the address it uses are query, page and the names of the filters.
export async function list({ heads, load, cells, filters = [], empty, placeholder = 'Search', key = '' }) {
  const params = here().params;
  const name = part => (key ? `${key}-${part}` : part);
  const at = { query: params.get(name('query')) ?? '', page: Math.max(1, +params.get(name('page')) || 1) };
  for (const f of filters) at[f.name] = params.get(name(f.name)) ?? '';
  const body = el('div', { class: 'list' });
  const draw = latest(() => {
    const extra = Object.fromEntries(filters.map(f => [f.name, at[f.name]]));
    return load({ query: at.query, limit: pageLength, offset: (at.page - 1) * pageLength, ...extra });
  }, ({ data, total }) => {
    replace(body, table(heads, data.map(cells), empty ?? (at.query ? 'Nothing matches.' : 'None yet.')), pager(at, data.length, total, turn));
  });
  const turn = page => act(async () => {
    at.page = page;
    const next = new URLSearchParams(location.search);
    if (page > 1) next.set(name('page'), page); else next.delete(name('page'));
    const text = next.toString();
    history.pushState(null, '', location.pathname + (text ? `?${text}` : ''));
    await draw();
  }, { quiet: true });
  const changed = act(async () => {
    at.page = 1;
    refine(Object.fromEntries([[name('query'), at.query], [name('page'), ''], ...filters.map(f => [name(f.name), at[f.name]])]));
    await draw();
  }, { quiet: true });
  let timer;
  const search = el('input', {
    type: 'search', placeholder, value: at.query, 'aria-label': placeholder, 'data-search': key || 'list', autocomplete: 'off', spellcheck: 'false',
    oninput: event => { at.query = event.target.value.trim(); clearTimeout(timer); timer = setTimeout(() => node.isConnected && changed(), 200); },
  });
  const choices = filters.map(f => el('select', { 'aria-label': f.label, onchange: event => { at[f.name] = event.target.value; changed(); } },
    f.options.map(([v, l]) => el('option', { value: v, selected: v === at[f.name] }, l))));
  await draw();
  const node = el('div', {}, row(search, choices), body);
  node.refresh = draw;
  return node;
}

function pager(at, shown, total, turn) {
  const from = (at.page - 1) * pageLength;
  const last = total === null ? shown < pageLength : from + shown >= total;
  if (at.page === 1 && last) return total ? soft(`${total.toLocaleString('en')} in all`) : '';
  const step = (label, page, off) => el('button', { type: 'button', disabled: off, onclick: turn(page) }, label);
  return el('div', { class: 'row pager' }, step('← Previous', at.page - 1, at.page === 1),
    el('span', { class: 'soft' }, `${(from + 1).toLocaleString('en')} to ${(from + shown).toLocaleString('en')}${total === null ? '' : ` of ${total.toLocaleString('en')}`}`),
    step('Next →', at.page + 1, last));
}
