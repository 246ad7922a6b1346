// Sessions: the list, and one with its tokens.

import { badge, el, facts, pre, row, section, table, when } from './dom.js';
import { admin, api, post, query } from './api.js';
import { button, copy } from './ask.js';
import { field, folded, form } from './forms.js';
import { idLink, list } from './lists.js';
import { address, page } from './router.js';

page('sessions', 'Sessions', 'Records', async place => (place.id ? drawSession(place.id) : [
  section('Sessions', await list({
    heads, placeholder: 'Search id, user, organization, client or status',
    load: async at => {
      const answer = await admin(`/sessions${query({ query: at.query, limit: at.limit, offset: at.offset })}`);
      return { data: answer.data, total: answer.total_count };
    },
    cells,
  })),
]));

const heads = ['id', 'user', 'organization', 'status', 'created', 'last active', ''];
const cells = s => [
  idLink(s.id), idLink(s.user_id), idLink(s.last_active_organization_id), badge(s.status, s.status === 'active' ? 'good' : ''), when(s.created_at), when(s.last_active_at),
  s.status === 'active' || s.status === 'pending' ? button('Revoke', () => api(`/sessions/${s.id}/revoke`, post())) : '',
];
export const sessionTable = sessions => table(heads, sessions.map(cells));

let minted = null; // the token that was made last, of which session

async function drawSession(id) {
  const s = await api(`/sessions/${id}`);
  return {
    title: 'Session',
    content: [
      section('', row(
        s.status === 'active' || s.status === 'pending' ? button('Revoke', () => api(`/sessions/${id}/revoke`, post())) : '',
        button('Make a token', async () => { minted = { id, token: (await api(`/sessions/${id}/tokens`, post({}))).jwt }; })),
      facts([
        ['Id', row(el('code', {}, id), copy(id))], ['Status', badge(s.status, s.status === 'active' ? 'good' : '')], ['User', idLink(s.user_id)],
        ['Organization', idLink(s.last_active_organization_id)], ['Client', idLink(s.client_id)], ['Created', when(s.created_at)],
        ['Last active', when(s.last_active_at)], ['Expires', when(s.expire_at)], ['Abandoned', when(s.abandon_at)],
        ['Open tasks', (s.tasks ?? []).map(t => t.key).join(', ')],
      ])),
      minted?.id === id && section('Token', pre(minted.token), row(copy(minted.token), el('a', { class: 'button', href: address('tokens', '', { explain: minted.token }) }, 'Explain'))),
      section('Token from a template', form('Make', [field('template', 'Name of the JWT template', { required: true })], async v => {
        minted = { id, token: (await api(`/sessions/${id}/tokens/${encodeURIComponent(v.template)}`, post({}))).jwt };
      })),
      section('As JSON', folded('The session as the Backend API answers it', pre(s))),
    ],
  };
}
