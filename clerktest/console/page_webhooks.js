// Webhooks: endpoints with their drills, attempts, and events.

import { badge, el, facts, latest, pre, pretty, replace, row, section, soft, status, table, when } from './dom.js';
import { admin, post, quoted, remove } from './api.js';
import { act, button, copy, danger } from './ask.js';
import { field, folded, form } from './forms.js';
import { linked } from './lists.js';
import { address, live, page } from './router.js';

page('webhooks', 'Webhooks', 'Watch', async place => {
  if (place.id.startsWith('msg_')) return drawEvent(place.id);
  if (place.id.startsWith('atmpt_')) return drawDelivery(place.id);
  const endpoints = el('div', {});
  const deliveries = el('div', {});
  const events = el('div', {});
  let type = '';
  const draw = latest(() => Promise.all([admin('/webhooks'), admin('/deliveries?last=100'), admin('/events?last=300')]), ([hooks, attempts, happened]) => {
    replace(endpoints, hooks.length ? hooks.map(endpoint) : soft('None yet.'));
    replace(deliveries, table(['at', 'event', 'attempt', 'status', 'ms', 'next attempt'], attempts.sort((a, b) => b.at - a.at).map(d => [
      when(d.at), el('a', { href: address('webhooks', d.id) }, d.event_type), d.attempt, status(d.status), (d.duration / 1e6).toFixed(1), when(d.next_attempt)])));
    replace(events, table(['at', 'type', 'message', ''], happened.reverse().filter(e => e.type.includes(type)).slice(0, 100).map(e => [
      when(e.timestamp), el('a', { href: address('webhooks', e.id) }, e.type), el('code', {}, e.id),
      el('button', { type: 'button', onclick: act(() => admin(`/events/${e.id}/replay`, post()), { quiet: true }) }, 'Send again')])));
  });
  await live(place, ['deliveries', 'events'], () => admin('/changes'), draw);
  return [
    section('Webhook endpoints', endpoints, folded('Add an endpoint', form('Add endpoint', [
      field('url', 'URL', { kind: 'url', required: true, hint: 'http://localhost:3000/api/webhooks' }), field('secret', 'Signing secret (random when empty)', { hint: 'whsec_…' }),
      field('types', 'Event types, with commas between (all when empty)', { hint: 'user.created, user.deleted' }),
    ], v => admin('/webhooks', post({ ...v, types: v.types?.split(',').map(t => t.trim()).filter(Boolean) }))))),
    section('Webhook deliveries', deliveries),
    section('Events', row(el('input', { type: 'search', placeholder: 'Type', 'aria-label': 'Filter events', 'data-search': 'events', oninput: event => { type = event.target.value.trim(); draw(); } })), events),
  ];
});

// endpoint is one receiver with its drills.
function endpoint(h) {
  const drill = (label, body) => button(label, () => admin(`/webhooks/${h.id}/drill`, post(body)));
  return el('div', { class: 'card', 'data-endpoint': h.id },
    facts([['URL', el('code', { class: 'wide' }, h.url)], ['Secret', row(el('code', {}, h.secret), copy(h.secret))], ['Types', h.types?.length ? h.types.join(', ') : 'all'],
      ['Waiting', h.pending], ['Held', h.held], ['Drills', [h.drop && `loses the next ${h.drop}`, h.duplicate && `doubles the next ${h.duplicate}`, h.holding && 'holds'].filter(Boolean).join(', ')]]),
    row(drill('Lose the next', { drop: 1 }), drill('Double the next', { duplicate: 1 }),
      h.holding ? [drill('Release', { release: 'in_order' }), drill('Release reversed', { release: 'reversed' })] : drill('Hold', { hold: true }),
      danger('Remove', `Remove the endpoint ${h.url}?`, () => admin(`/webhooks/${h.id}`, remove()), { undo: false })));
}

async function drawEvent(id) {
  const [events, deliveries] = await Promise.all([admin('/events'), admin('/deliveries')]);
  const e = events.find(other => other.id === id);
  if (!e) throw new Error('The log does not hold this event any more.');
  return {
    title: e.type,
    content: [
      section('', row(button('Send again', () => admin(`/events/${id}/replay`, post())), el('a', { class: 'button', href: address('webhooks') }, 'All events')),
        facts([['Message', el('code', {}, e.id)], ['At', when(e.timestamp)], ['From', e.client_ip], ['User agent', e.user_agent]])),
      section('Data', linked(JSON.stringify(e.data, null, 2))),
      section('Attempts', table(['at', 'attempt', 'status', 'next attempt'], deliveries.filter(d => d.event_id === id).map(d => [
        el('a', { href: address('webhooks', d.id) }, when(d.at)), d.attempt, status(d.status), when(d.next_attempt)]))),
    ],
  };
}

async function drawDelivery(id) {
  const d = await admin(`/deliveries/${id}`);
  const body = d.request.body;
  const curl = [`curl -X POST ${quoted(d.url)}`, ...d.request.headers.map(([n, v]) => `-H ${quoted(`${n}: ${v}`)}`), `-d ${quoted(body)}`].join(' \\\n  ');
  return {
    title: d.event_type,
    content: [
      section('', row(status(d.status), d.delivered ? badge('taken', 'good') : badge('not taken', 'bad'), copy(curl, 'Copy as curl'),
        button('Send again', () => admin(`/events/${d.event_id}/replay`, post()))),
      facts([['Message', el('a', { href: address('webhooks', d.event_id) }, d.event_id)], ['To', el('code', { class: 'wide' }, d.url)], ['Attempt', d.attempt], ['At', when(d.at)],
        ['Took', `${(d.duration / 1e6).toFixed(1)} ms`], ['Next attempt', when(d.next_attempt)], ['Trouble', d.trouble]])),
      section('Headers', table(['header', 'value'], d.request.headers.map(([n, v]) => [n, el('code', { class: 'wide' }, v)]))),
      section('Payload', body ? linked(pretty(body)) : soft('The log does not hold this event any more.')),
      section('Answer', d.answer ? pre(pretty(d.answer)) : soft('Empty.')),
    ],
  };
}
