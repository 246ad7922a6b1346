// The inspector: each request of both APIs, and of the public keys, with what went over the wire.

import { badge, el, facts, latest, pre, pretty, replace, row, section, soft, status, table } from './dom.js';
import { admin, query, quoted } from './api.js';
import { copy } from './ask.js';
import { linked } from './lists.js';
import { address, here, live, page, refine } from './router.js';

let paused = false;

page('inspector', 'Inspector', 'Watch', async place => {
  if (place.id) return drawExchange(place);
  const box = el('div', {});
  const at = { api: place.params.get('api') ?? '', failed: place.params.get('failed') ?? '', text: place.params.get('text') ?? '' };
  let after = '';
  const show = latest(() => admin(`/requests${query({ ...at, after, last: 300 })}`), requests => {
    const rows = requests.reverse();
    const loop = rows.find(r => r.loop);
    replace(box,
      loop && el('p', { class: 'alarm', id: 'loop', role: 'alert' }, `A handshake loop: the same page asked for ${loop.loop} handshakes within ten seconds. Its server does not take what the handshake brings: `,
        'look at the key, the authorized parties and the cookies. ', el('a', { href: exchangeAddress(loop) }, 'Look at the last one')),
      table(['at', 'method', 'path', 'operation', 'status', 'error', 'ms'], rows.map(r => [
        r.at.slice(11, 23), r.method, el('a', { href: exchangeAddress(r), class: 'path' }, r.path), r.operation,
        row(status(r.status), r.loop ? badge('loop', 'bad') : '', r.stray ? badge('no instance', 'bad') : ''), r.error_code ?? '', (r.duration / 1e6).toFixed(1)]),
      'No request yet.'));
  });
  let drawn = false;
  const draw = async () => {
    if (paused && drawn) return; // a page that is opened while paused is drawn once
    drawn = true;
    await show();
  };
  const changed = () => { if (box.isConnected) { refine(at); draw(); } };
  let timer;
  const pause = el('button', { type: 'button', 'aria-pressed': String(paused), id: 'pause', onclick: () => {
    paused = !paused;
    pause.textContent = paused ? 'Go on' : 'Pause';
    pause.setAttribute('aria-pressed', String(paused));
    draw();
  } }, paused ? 'Go on' : 'Pause');
  const first = !paused;
  await live(place, ['requests'], () => admin('/changes'), draw);
  return [section('Requests', row(
    el('input', { type: 'search', placeholder: 'Path, operation, status or error', 'aria-label': 'Filter requests', value: at.text, 'data-search': 'requests', oninput: event => {
      at.text = event.target.value.trim(); clearTimeout(timer); timer = setTimeout(changed, 200); } }),
    select('API', at.api, [['', 'Both APIs'], ['backend', 'Backend API'], ['frontend', 'Frontend API'], ['keys', 'Public keys']], v => { at.api = v; changed(); }),
    select('Outcome', at.failed, [['', 'All'], ['true', 'Failed only']], v => { at.failed = v; changed(); }),
    pause,
    el('button', { type: 'button', onclick: async () => {
      const last = await admin('/requests?last=1');
      after = last.length ? String(last[0].id) : '';
      draw();
    } }, 'Clear the view')),
  first ? '' : soft('Paused: newer requests are not shown.'), box,
  soft('The console\'s own calls are left out. Keys, passwords, cookies and the signatures of tokens are hidden.'))];
});

const exchangeAddress = r => address('inspector', String(r.id), { stray: r.stray ? 'true' : '' });

const select = (label, value, options, changed) => el('select', { 'aria-label': label, onchange: event => changed(event.target.value) },
  options.map(([v, l]) => el('option', { value: v, selected: v === value }, l)));

async function drawExchange(place) {
  const x = await admin(`/requests/${encodeURIComponent(place.id)}${query({ stray: here().params.get('stray') })}`);
  return {
    title: `${x.method} ${x.path}`,
    content: [
      section('', row(status(x.status), x.loop ? badge(`handshake loop: ${x.loop} in ten seconds`, 'bad') : '', copy(asCurl(x), 'Copy as curl'), el('a', { class: 'button', href: address('inspector') }, 'All requests')),
        facts([['At', x.at.replace('T', ' ').slice(0, 23)], ['Operation', x.operation], ['Error', x.error_code], ['Took', `${(x.duration / 1e6).toFixed(1)} ms`],
          ['Trace', el('code', {}, x.trace_id)], ['Address', el('code', { class: 'wide' }, x.url)], ['Leads back to', x.page]])),
      x.tokens.length > 0 && section('Tokens it carried', x.tokens.map(t => el('div', {},
        el('h3', {}, t.where, ' ', t.accepted === undefined ? '' : t.accepted ? badge('accepted now', 'good') : badge(`refused now: ${t.reason}`, 'bad')),
        el('div', { class: 'columns' }, pre(t.header), linked(JSON.stringify(t.claims, null, 2)))))),
      message('Request', x.request),
      message('Answer', x.response),
    ],
  };
}

const message = (title, m) => section(title,
  el('div', { class: 'headers' }, table(['header', 'value'], m.headers.map(([name, value]) => [name, el('code', { class: 'wide' }, value)]), 'No headers.')),
  m.body ? linked(pretty(m.body)) : soft(m.length ? `A body of ${m.length} bytes, which is not kept.` : 'No body.'),
  m.cut && m.body ? soft(`The body had ${m.length} bytes, this is the beginning.`) : '');

function asCurl(x) {
  const parts = [`curl -X ${x.method} ${quoted(x.url)}`];
  for (const [name, value] of x.request.headers) {
    if (['Accept-Encoding', 'Connection', 'Content-Length', 'User-Agent'].includes(name)) continue;
    parts.push(name === 'Authorization' ? '-H "Authorization: Bearer $CLERK_SECRET_KEY"' : `-H ${quoted(`${name}: ${value}`)}`);
  }
  if (x.request.body) parts.push(`-d ${quoted(x.request.body)}`);
  return parts.join(' \\\n  ');
}

