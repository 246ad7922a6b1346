// Drills: the clock, the signing keys, and faults.

import { el, row, section, table } from './dom.js';
import { admin, post, remove, send, state } from './api.js';
import { button } from './ask.js';
import { field, form } from './forms.js';
import { page } from './router.js';

page('drills', 'Clock, keys and faults', 'Try', async () => {
  const [keys, faults, jwks] = await Promise.all([admin('/keys'), admin('/faults'), admin('/jwks_fault')]);
  const move = body => () => admin('/clock', post(body));
  const clock = state.instance.clock;
  return [
    section('Clock', row(button(clock.frozen ? 'Unfreeze' : 'Freeze', move({ freeze: !clock.frozen })),
      ...['1m', '1h', '24h', '168h'].map(d => button(`+ ${d}`, move({ advance: d }))), button('Back to now', move({ reset: true }))),
    form('Set', [field('at', 'Time, UTC', { kind: 'datetime-local', required: true })], v => admin('/clock', post({ set: Date.parse(`${v.at}Z`) })), { name: 'clock' })),
    section('Signing keys',
      row(button('Rotate', () => admin('/keys/rotate', post())), button('Add', () => admin('/keys', post()))),
      table(['kid', 'signs', 'published', ''], keys.map(k => [
        el('code', {}, k.id), k.signs ? 'yes' : '', k.published ? 'yes' : 'no',
        row(k.signs ? '' : button('Use', () => admin(`/keys/${k.id}/use`, post())), k.signs || !k.published ? '' : button('Retire', () => admin(`/keys/${k.id}/retire`, post()))),
      ])),
      form('Disturb the key set', [field('delay_ms', 'Delay in ms', { kind: 'number', value: jwks.delay_ms || '' }), field('status', 'Status', { kind: 'number', value: jwks.status || '' }), field('empty', 'Empty', { kind: 'checkbox', value: jwks.empty })],
        v => admin('/jwks_fault', send('PUT', v)), { name: 'jwks' })),
    section('Faults',
      form('Add', [field('operation', 'Operation id, empty for all'), field('status', 'Status', { kind: 'number' }), field('latency_ms', 'Latency in ms', { kind: 'number' }), field('times', 'Times, empty until cleared', { kind: 'number' }),
        field('disconnect', 'Cut the connection', { kind: 'checkbox' })], v => admin('/faults', post(v)), { name: 'fault' }),
      table(['operation', 'status', 'latency', 'times'], faults.map(f => [f.operation || 'all', f.status || '', f.latency_ms ? `${f.latency_ms} ms` : '', f.times || 'until cleared'])),
      row(button('Clear all', () => admin('/faults', remove())))),
  ];
});
