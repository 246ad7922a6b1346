// Sign-ups and sign-ins in progress.

import { badge, el, facts, pre, row, section, when } from './dom.js';
import { admin, api, post, query } from './api.js';
import { button } from './ask.js';
import { field, folded, form } from './forms.js';
import { idLink, list } from './lists.js';
import { page } from './router.js';

const load = path => async at => {
  const answer = await admin(`${path}${query({ query: at.query, limit: at.limit, offset: at.offset })}`);
  return { data: answer.data, total: answer.total_count };
};
const complete = s => (s.status === 'missing_requirements' ? button('Complete', () => admin(`/sign_ups/${s.id}/complete`, post())) : '');

page('sign-ups', 'Sign-ups', 'Records', async place => (place.id ? drawSignUp(place.id) : [
  section('Sign-ups', await list({
    key: 'ups', heads: ['id', 'e-mail', 'phone', 'status', 'user', ''], load: load('/sign_ups'),
    cells: s => [idLink(s.id), s.email_address ?? '', s.phone_number ?? '', badge(s.status, s.status === 'complete' ? 'good' : ''), idLink(s.created_user_id), complete(s)],
  }), folded('Start a sign-up', form('Start', [field('email', 'E-mail address', { kind: 'email' }), field('first_name', 'First name'), field('last_name', 'Last name')], v => admin('/sign_ups', post(v))))),
  section('Sign-ins', await list({
    key: 'ins', heads: ['id', 'identifier', 'status', 'session'], load: load('/sign_ins'),
    cells: s => [el('code', {}, s.id), s.identifier ?? '', badge(s.status, s.status === 'complete' ? 'good' : ''), idLink(s.created_session_id)],
  })),
  section('Invitations', await list({
    key: 'inv', heads: ['e-mail', 'status', 'created', ''],
    filters: [{ name: 'status', label: 'Status', options: [['', 'All'], ['pending', 'Pending'], ['accepted', 'Accepted'], ['revoked', 'Revoked']] }],
    load: async at => { const a = await api(`/invitations${query({ query: at.query, status: at.status, limit: at.limit, offset: at.offset, paginated: true })}`); return { data: a.data, total: a.total_count }; },
    cells: i => [i.email_address, badge(i.status), when(i.created_at), i.status === 'pending' ? button('Revoke', () => api(`/invitations/${i.id}/revoke`, post())) : ''],
  }), folded('Invite somebody', form('Invite', [field('email_address', 'E-mail address', { kind: 'email', required: true }), field('redirect_url', 'Address to lead to', { kind: 'url' })], v => api('/invitations', post(v))))),
  section('Waitlist', await list({
    key: 'wait', heads: ['e-mail', 'status', 'created', ''],
    load: async at => { const a = await api(`/waitlist_entries${query({ query: at.query, limit: at.limit, offset: at.offset })}`); return { data: a.data, total: a.total_count }; },
    cells: w => [w.email_address, badge(w.status), when(w.created_at), w.status === 'pending' ? row(button('Invite', () => api(`/waitlist_entries/${w.id}/invite`, post({}))), button('Reject', () => api(`/waitlist_entries/${w.id}/reject`, post()))) : ''],
  })),
]));

async function drawSignUp(id) {
  const s = await api(`/sign_ups/${id}`);
  return {
    title: s.email_address ?? s.phone_number ?? 'Sign-up',
    content: [
      section('', row(complete(s)), facts([['Id', el('code', {}, id)], ['Status', badge(s.status)], ['Missing', (s.missing_fields ?? []).join(', ')], ['Unverified', (s.unverified_fields ?? []).join(', ')],
        ['User', idLink(s.created_user_id)], ['Session', idLink(s.created_session_id)], ['Abandoned at', when(s.abandon_at)]])),
      section('As JSON', pre(s)),
    ],
  };
}
