// What the instance is configured to do.

import { el, facts, row, section } from './dom.js';
import { admin, api, patch, post, remove, send, state } from './api.js';
import { button, danger, notice } from './ask.js';
import { field, folded, form, jsonEditor } from './forms.js';
import { list } from './lists.js';
import { page } from './router.js';

// The switches of the instance, each with its label and what it does.
const restrictionSwitches = [
  ['allowlist', 'Only the allowlist may sign up', 'Who is not on the list below can neither sign up nor be invited.'],
  ['blocklist', 'The blocklist may not sign up', 'Who is on the list below can neither sign up nor be invited.'],
  ['allowlist_blocklist_disabled_on_sign_in', 'Ask the lists at sign-up only', 'Users who exist already sign in, whatever the lists say.'],
  ['block_email_subaddresses', 'No sub-addresses', 'Addresses like ada+test@example.com. Kept and answered; the local Clerk refuses nobody for it.'],
  ['block_disposable_email_domains', 'No disposable addresses', 'Kept and answered; the local Clerk has no list of such domains.'],
];
const oauthSwitches = [
  ['dynamic_oauth_client_registration', 'Clients may register themselves', 'With a POST to /oauth/register, as MCP clients do.'],
  ['oauth_jwt_access_tokens', 'Access tokens are JWTs', 'Your service verifies them with the key set. Otherwise they are opaque, and the Backend API knows them.'],
  ['client_id_metadata_documents_advertised', 'The address of a document is a client id', 'Client ID metadata documents: the server reads who the client is from its own address, and announces so.'],
  ['client_id_metadata_documents_only_allow_pre_registered_clients', 'Only documents that are registered', 'The address of the document has to be the client id of an OAuth application.'],
  ['client_id_metadata_documents_block_implicitly_allowed_clients', 'No clients that nobody registered', 'A document alone introduces no client.'],
];
const protectSwitches = [
  ['rules_enabled', 'Rules', 'Kept and answered; the local Clerk has no rules to apply.'],
  ['specter_enabled', 'Specter', 'Kept and answered; the local Clerk scores no traffic.'],
];

// toggles is a form of the switches.
const toggles = (title, switches, value, save) => section(title,
  form('Save', switches.map(([name, label, help]) => field(name, label, { kind: 'checkbox', value: value[name], help })), save, { name: title }));

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
      form('Save origins', [field('allowed_origins', 'Allowed origins, one a line', { kind: 'textarea', value: (instance.allowed_origins ?? []).join('\n'), help: 'Of native applications, browser extensions and foreign hosts: they may use the Frontend API and be led back to.' })],
        v => api('/instance', patch({ allowed_origins: lines(v.allowed_origins) })), { keep: true }),
      form('Save countries', [field('codes', 'Blocked country codes, one a line', { kind: 'textarea', value: (communication.blocked_country_codes ?? []).join('\n'), help: 'Two capital letters each. Kept and answered; no text message is held back for it.' })],
        v => api('/instance/communication', patch({ blocked_country_codes: lines(v.codes) })), { keep: true })),
    toggles('Restrictions', restrictionSwitches, restrictions, v => api('/instance/restrictions', patch(v))),
    section('Organizations', form('Save', [
      field('enabled', 'Organizations', { kind: 'checkbox', value: organization.enabled, help: 'Users may belong to organizations, with a role in each.' }),
      field('admin_delete_enabled', 'Admins may delete organizations', { kind: 'checkbox', value: organization.admin_delete_enabled, help: 'Otherwise only the Backend API deletes one.' }),
      field('domains_enabled', 'Verified domains', { kind: 'checkbox', value: organization.domains_enabled, help: 'People with an address of a domain of the organization may join, as its enrollment mode says.' }),
      field('max_allowed_memberships', 'Most members', { kind: 'number', value: organization.max_allowed_memberships, help: 'Of each new organization; 0 for no limit.' }),
    ], v => api('/instance/organization_settings', patch(v)), { name: 'Organizations' })),
    toggles('OAuth', oauthSwitches, oauth, v => api('/instance/oauth_application_settings', patch(v))),
    toggles('Protection', protectSwitches, protect, v => api('/instance/protect', patch(v))),
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
