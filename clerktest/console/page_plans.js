// Billing plans, prices and subscription items.

import { badge, el, facts, pre, section, when } from './dom.js';
import { api, query } from './api.js';
import { folded } from './forms.js';
import { idLink, list } from './lists.js';
import { page } from './router.js';
import { within } from './page_settings.js';

const money = fee => (fee ? fee.amount_formatted ? `${fee.currency_symbol ?? ''}${fee.amount_formatted}` : String(fee.amount ?? '') : '');

page('plans', 'Plans', 'Configure', async place => (place.id ? drawPlan(place.id) : [
  section('Plans', await list({
    key: 'plans', heads: ['name', 'slug', 'for', 'monthly', 'default', 'id'],
    load: async at => within((await api('/billing/plans?limit=500')).data, at, p => `${p.name} ${p.slug} ${p.id}`),
    cells: p => [idLink(p.id, p.name), el('code', {}, p.slug), p.for_payer_type, money(p.fee), p.is_default ? badge('default') : '', idLink(p.id)],
  })),
  section('Subscription items', await list({
    key: 'items', heads: ['plan', 'payer', 'status', 'since', 'id'],
    load: async at => { const a = await api(`/billing/subscription_items${query({ query: at.query, limit: at.limit, offset: at.offset, include_free: true })}`); return { data: a.data, total: a.total_count }; },
    cells: i => [idLink(i.plan?.id, i.plan?.name), idLink(i.payer?.user_id ?? i.payer?.organization_id), badge(i.status, i.status === 'active' ? 'good' : ''), when(i.created_at ?? i.period_start), el('code', {}, i.id)],
  })),
]));

async function drawPlan(id) {
  const p = (await api('/billing/plans?limit=500')).data.find(other => other.id === id);
  if (!p) throw new Error('There is no such plan.');
  return {
    title: p.name,
    content: [
      section('', facts([['Id', el('code', {}, id)], ['Slug', p.slug], ['For', p.for_payer_type], ['Monthly', money(p.fee)], ['Features', (p.features ?? []).map(f => f.slug).join(', ')]])),
      section('As JSON', folded('The plan as the Backend API answers it', pre(p))),
    ],
  };
}
