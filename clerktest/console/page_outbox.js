// The outbox: what would have been sent, newest first, live.

import { badge, el, facts, latest, pre, replace, row, section, soft, when } from './dom.js';
import { admin, query, state } from './api.js';
import { copy } from './ask.js';
import { idLink } from './lists.js';
import { here, live, page, refine } from './router.js';

const length = 25;

page('outbox', 'Outbox', 'Watch', async place => {
  const box = el('div', { class: 'outbox' });
  const opened = new Set([place.id].filter(Boolean));
  let text = place.params.get('query') ?? place.id;
  let shown = length;
  const draw = latest(() => admin(`/outbox${query({ query: text, limit: shown })}`), ({ data, total_count: total }) => {
    replace(box, soft(`${total.toLocaleString('en')} ${total === 1 ? 'message' : 'messages'}`), data.map(m => message(m, opened)),
      total > data.length ? el('button', { type: 'button', onclick: () => { shown = Math.min(shown + length, 500); draw(); } }, 'Show more') : '');
  });
  const changed = () => {
    if (!box.isConnected) return;
    text = search.value.trim();
    if (!here().id) refine({ query: text });
    draw();
  };
  let timer;
  const search = el('input', {
    type: 'search', placeholder: 'Filter by recipient, subject or text', 'aria-label': 'Filter messages', 'data-search': 'outbox', value: text,
    oninput: () => { clearTimeout(timer); timer = setTimeout(changed, 200); },
  });
  await live(place, ['outbox'], () => admin('/changes'), draw);
  return [section('Messages that would have been sent', row(search), box)];
});

// message is one e-mail or text message; its body is shown when it is opened.
function message(m, opened) {
  const body = el('div', {});
  const fill = () => replace(body,
    facts([['To', m.to], ['User', idLink(m.user_id)], ['Template', m.slug], ['Id', el('code', {}, m.id)]]),
    m.kind === 'email' ? el('iframe', {
      title: `Body of the message to ${m.to}`, sandbox: 'allow-popups allow-popups-to-escape-sandbox', referrerpolicy: 'no-referrer',
      src: `/_clerktest/emails/${m.id}/body${query({ instance: state.instance.name })}`,
    }) : pre(m.body),
    m.links.map(link => row(el('a', { href: link, target: '_blank', rel: 'noreferrer', class: 'button' }, 'Open the link'), copy(link, 'Copy the link'), el('code', { class: 'wide' }, link))));
  const node = el('details', {
    'data-message': m.id, open: opened.has(m.id),
    ontoggle: () => { if (node.open) { opened.add(m.id); if (!body.firstChild) fill(); } else opened.delete(m.id); },
  }, el('summary', {}, badge(m.kind === 'sms' ? 'text' : 'e-mail'), el('b', {}, m.to), el('span', { class: 'grow' }, m.subject || m.body),
    m.code && el('span', { class: 'code' }, el('code', {}, m.code), copy(m.code)), when(m.sent_at)), body);
  if (node.open) fill();
  return node;
}
