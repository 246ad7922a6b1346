// The console: it draws the page of the address into the frame of index.html.

import { el, released, replace } from './dom.js';
import { loadInstances, state } from './api.js';
import { notice } from './ask.js';
import { address, allPages, go, onDraw, redraw } from './router.js';
import { idLink } from './lists.js';
import './page_overview.js';
import './page_users.js';
import './page_user.js';
import './page_organizations.js';
import './page_sessions.js';
import './page_tokens.js';
import './page_outbox.js';
import './page_inspector.js';
import './page_webhooks.js';
import './page_authorizations.js';
import './page_settings.js';
import './page_roles.js';
import './page_templates.js';
import './page_oauth.js';
import './page_machines.js';
import './page_plans.js';
import './page_sign_ups.js';
import './page_drills.js';
import './page_data.js';

const $ = id => document.getElementById(id);

onDraw(async (place, current) => {
  $('view').setAttribute('aria-busy', 'true'); // until this drawing is done, or a newer one
  try {
    await loadInstances(place.params.get('instance') ?? '');
    frame(place);
    const page = allPages().find(p => p.name === place.name);
    const parts = await page.draw(place);
    await released();
    if (!current()) return;
    const moved = $('view').dataset.address !== location.pathname;
    replace($('view'), el('h1', {}, parts.title ?? page.title), parts.title ? parts.content : parts);
    $('view').dataset.address = location.pathname;
    document.title = `${parts.title ?? page.title} · Local Clerk`;
    if (moved) window.scrollTo(0, 0);
    $('view').removeAttribute('aria-busy');
    document.body.dataset.ready = location.pathname;
    document.body.dataset.drawn = String(+(document.body.dataset.drawn ?? 0) + 1);
  } catch (error) {
    if (!current()) return;
    replace($('view'), el('h1', {}, 'This page could not be shown'), el('p', { class: 'bad' }, error.message));
    $('view').removeAttribute('aria-busy');
    document.body.dataset.ready = location.pathname;
  }
});

// frame draws what stands around each page.
function frame(place) {
  replace($('instance'), state.instances.map(i => el('option', { value: i.name, selected: i.name === state.instance.name }, i.name)));
  const c = state.instance.clock;
  $('clock').textContent = `${new Date(c.now).toISOString().replace('T', ' ').slice(0, 19)} UTC${c.frozen ? ', frozen' : ''}${apart(Math.round(c.offset_ms / 1000))}`;
  const groups = new Map();
  for (const p of allPages()) {
    if (p.group) groups.set(p.group, [...groups.get(p.group) ?? [], p]);
  }
  replace($('nav'), [...groups].map(([group, list]) => [el('h2', {}, group), el('ul', {}, list.map(p => el('li', {},
    el('a', { href: address(p.name === 'overview' ? '' : p.name), 'data-page': p.name, 'aria-current': p.name === place.name ? 'page' : null }, p.title))))]));
  document.body.classList.remove('open');
  $('menu').setAttribute('aria-expanded', 'false');
}

// apart says how far the clock is from the machine's, in its two largest units.
function apart(seconds) {
  const parts = [];
  let left = Math.abs(seconds);
  for (const [length, unit] of [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']]) {
    if (left >= length) parts.push(`${Math.floor(left / length)} ${unit}`);
    left %= length;
  }
  if (Math.abs(seconds) < 2) return '';
  return `, ${parts.slice(0, 2).join(' ')} ${seconds > 0 ? 'ahead' : 'behind'}`;
}

$('menu').addEventListener('click', () => $('menu').setAttribute('aria-expanded', String(document.body.classList.toggle('open'))));
$('instance').addEventListener('change', event => {
  const { name } = event.target.selectedOptions[0] ? { name: event.target.value } : {};
  go(address(location.pathname.split('/')[2] ?? '', '', { instance: name }));
});
$('jump').addEventListener('keydown', event => {
  const text = event.target.value.trim();
  if (event.key !== 'Enter' || !text) return;
  const link = idLink(text);
  go(link.getAttribute?.('href') ?? address('users', '', { query: text }));
  event.target.value = '';
});

// Keys: / looks for something, g and a letter opens a page, Escape leaves a field.
let afterG = -Infinity;
const letters = { o: '', u: 'users', r: 'organizations', s: 'sessions', t: 'tokens', m: 'outbox', i: 'inspector', w: 'webhooks', d: 'data' };
document.addEventListener('keydown', event => {
  const typing = event.target.closest?.('input, textarea, select, dialog');
  if (event.key === 'Escape' && typing) event.target.blur?.();
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === '/') { event.preventDefault(); $('jump').focus(); }
  else if (event.timeStamp - afterG < 1500 && event.key in letters) go(address(letters[event.key]));
  afterG = event.key === 'g' ? event.timeStamp : -Infinity;
});

window.addEventListener('unhandledrejection', event => notice(event.reason?.message ?? 'Something went wrong', 'bad'));
redraw();
