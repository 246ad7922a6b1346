// What the instance is configured to do.

import { el, facts, row, section } from './dom.js';
import { admin, api, patch, post, remove, send, state } from './api.js';
import { button, danger, notice } from './ask.js';
import { field, folded, form, jsonEditor } from './forms.js';
import { list } from './lists.js';
import { page } from './router.js';

// toggles is a form of checkboxes, of those members of an answer that are true or false.
const toggles = (title, value, save, labels = {}) => section(title, form('Save', Object.entries(value).filter(([, v]) => typeof v === 'boolean')
  .map(([k, v]) => field(k, labels[k] ?? words(k), { kind: 'checkbox', value: v })), save, { name: title }));

const words = name => name.replaceAll('_', ' ').replace(/^./, c => c.toUpperCase()).replace('Oauth', 'OAuth').replace('jwt', 'JWT');

page('settings', 'Settings', 'Configure', async () => {
  const [instance, organization, oauth, protect, communication, user] = await Promise.all([
    api('/instance'), api('/instance/organization_settings'), api('/instance/oauth_application_settings'), api('/instance/protect'),
    api('/instance/communication'), admin('/user_settings')]);
  const restrictions = await admin('/restrictions');
  const identifiers = (title, path) => entries(title, path);
  return [
    section('Instance', facts([['Id', el('code', {}, instance.id)], ['Environment', instance.environment_type]]),
      row(button(state.instance.production ? 'Behave like development' : 'Behave like production', () => admin('/production', post({ on: !state.instance.production }))),
        button(state.instance.rate_limited ? 'Rate limits off' : 'Rate limits on', () => admin('/rate_limits', post({ on: !state.instance.rate_limited })))),
      form('Save origins', [field('allowed_origins', 'Allowed origins, one a line', { kind: 'textarea', value: (instance.allowed_origins ?? []).join('\n') })],
        v => api('/instance', patch({ allowed_origins: lines(v.allowed_origins) })), { keep: true }),
      form('Save countries', [field('codes', 'Blocked country codes, one a line', { kind: 'textarea', value: (communication.blocked_country_codes ?? []).join('\n') })],
        v => api('/instance/communication', patch({ blocked_country_codes: lines(v.codes) })), { keep: true })),
    toggles('Restrictions', restrictions, v => api('/instance/restrictions', patch(v))),
    section('Organizations', form('Save', [
      field('enabled', 'Organizations are enabled', { kind: 'checkbox', value: organization.enabled }),
      field('admin_delete_enabled', 'Admins may delete organizations', { kind: 'checkbox', value: organization.admin_delete_enabled }),
      field('domains_enabled', 'Verified domains', { kind: 'checkbox', value: organization.domains_enabled }),
      field('max_allowed_memberships', 'Most members', { kind: 'number', value: organization.max_allowed_memberships }),
    ], v => api('/instance/organization_settings', patch(v)), { name: 'Organizations' })),
    toggles('OAuth', oauth, v => api('/instance/oauth_application_settings', patch(v))),
    toggles('Protection', protect, v => api('/instance/protect', patch(v))),
    section('Sign-up and sign-in', jsonEditor('User settings', user, async value => {
      await admin('/user_settings', send('PUT', value));
      notice('ClerkJS reads the settings at its next start.');
    })),
    await identifiers('Allowlist', '/allowlist_identifiers'), await identifiers('Blocklist', '/blocklist_identifiers'),
    await redirectURLs(),
    await domains(),
  ];
});

const lines = text => text.split('\n').map(l => l.trim()).filter(Boolean);

// entries is a section for a list of identifiers.
async function entries(title, path) {
  const all = async () => { const answer = await api(path); return answer.data ?? answer; };
  return section(title, await list({
    key: title.toLowerCase(), heads: ['identifier', 'id', ''],
    load: async at => within(await all(), at, i => i.identifier),
    cells: i => [i.identifier, el('code', {}, i.id), danger('Delete', `Delete ${i.identifier} from the ${title.toLowerCase()}?`, () => api(`${path}/${i.id}`, remove()))],
  }), folded(`Add to the ${title.toLowerCase()}`, form('Add', [field('identifier', 'E-mail address, domain, phone number', { required: true, hint: '*@acme.com' })], v => api(path, post(v)), { name: title })));
}

// within searches and pages a list that came as a whole.
export function within(all, at, text) {
  const found = all.filter(one => String(text(one)).toLowerCase().includes(at.query.toLowerCase()));
  return { data: found.slice(at.offset, at.offset + at.limit), total: found.length };
}

async function redirectURLs() {
  return section('Redirect URLs', await list({
    key: 'redirects', heads: ['URL', 'id', ''], load: async at => within(await api('/redirect_urls'), at, r => r.url),
    cells: r => [el('code', {}, r.url), el('code', {}, r.id), danger('Delete', `Delete ${r.url}?`, () => api(`/redirect_urls/${r.id}`, remove()))],
  }), folded('Add a redirect URL', form('Add', [field('url', 'URL', { kind: 'url', required: true })], v => api('/redirect_urls', post(v)), { name: 'redirect' })));
}

async function domains() {
  return section('Domains', await list({
    key: 'domains', heads: ['name', 'satellite', 'proxy', ''], load: async at => within((await api('/domains')).data, at, d => d.name),
    cells: d => [d.name, d.is_satellite ? 'yes' : 'no', d.proxy_url ?? '', danger('Delete', `Delete the domain ${d.name}?`, () => api(`/domains/${d.id}`, remove()))],
  }), folded('Add a satellite domain', form('Add', [field('name', 'Name', { required: true }), field('proxy_url', 'Proxy URL', { kind: 'url' })],
    v => api('/domains', post({ ...v, is_satellite: true })), { name: 'domain' })));
}
