'use strict';

// The console talks to two APIs on its own origin: the admin API, and the Backend API with the instance's secret key.

const $ = id => document.getElementById(id);
let instance = null; // what the admin API tells about the chosen instance
let tab = location.hash.slice(1) || 'overview';
let drawn = 0; // counts drawings, so that a slow answer never overwrites a newer view

// el makes an element: properties, then children. Text is always set as text.
function el(name, props = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else if (key === 'class') node.className = value;
    else if (value !== undefined) node.setAttribute(key, value);
  }
  node.append(...children.map(c => (c instanceof Node ? c : String(c ?? ''))));
  return node;
}

async function call(url, options) {
  const response = await fetch(url, options);
  const text = await response.text();
  const body = text ? JSON.parse(text) : null;
  if (!response.ok) throw new Error(body?.errors?.[0]?.long_message || `${response.status}`);
  return body;
}

function send(method, body) {
  return { method, headers: { 'Content-Type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body) };
}

const admin = (path, options) =>
  call(`/_clerktest${path}${path.includes('?') ? '&' : '?'}instance=${encodeURIComponent(instance.name)}`, options);

const api = (path, options = {}) =>
  call(`/v1${path}`, { ...options, headers: { ...options.headers, Authorization: `Bearer ${instance.secret_key}` } });

function notice(error) {
  $('notice').textContent = error.message;
  $('notice').hidden = false;
  setTimeout(() => { $('notice').hidden = true; }, 4000);
}

// act runs what a button does, shows what went wrong, and draws the view anew.
const act = run => async event => {
  event?.preventDefault();
  try {
    await run(event);
    await draw();
  } catch (error) {
    notice(error);
  }
};

const when = ms => (ms ? new Date(ms).toISOString().replace('T', ' ').slice(0, 19) : '');
const button = (label, run) => el('button', { type: 'button', onclick: act(run) }, label);
const section = (title, ...children) => el('section', {}, el('h2', {}, title), ...children);
const status = code => el('span', { class: code >= 200 && code < 400 ? 'good' : 'bad' }, code || 'no answer');

function table(heads, rows) {
  if (rows.length === 0) return el('p', { class: 'soft' }, 'None yet.');
  return el('table', {},
    el('thead', {}, el('tr', {}, ...heads.map(h => el('th', {}, h)))),
    el('tbody', {}, ...rows.map(cells => el('tr', {}, ...cells.map(c => el('td', {}, c))))));
}

// form asks for named values and hands them to submit.
function form(label, fields, submit) {
  const inputs = fields.map(([name, hint, type]) => el('input', { name, placeholder: hint, 'aria-label': hint, type }));
  const run = act(event => submit(Object.fromEntries(new FormData(event.target))));
  return el('form', { onsubmit: run }, ...inputs, el('button', {}, label));
}

const views = {
  async overview() {
    const lines = [
      `export CLERK_API_URL=${instance.url}`,
      `export CLERK_SECRET_KEY=${instance.secret_key}`,
      `export CLERK_PUBLISHABLE_KEY=${instance.publishable_key}`,
    ].join('\n');
    const facts = [
      ['Backend API', `${instance.url}/v1`], ['Frontend API', instance.frontend_api], ['Issuer', instance.issuer],
      ['Instance', instance.id], ['Mode', instance.production ? 'production-like cookies' : 'development'],
    ];
    return [
      section('Settings for your application',
        el('pre', { id: 'environment' }, lines),
        el('div', { class: 'row' }, button('Copy', () => navigator.clipboard.writeText(lines)))),
      section('This instance', table(['what', 'value'], facts.map(([k, v]) => [k, el('code', {}, v)]))),
      section('Records', table(['table', 'rows'], Object.entries(instance.records).sort())),
    ];
  },

  async users() {
    const users = await api('/users?limit=100');
    const create = values => api('/users', send('POST', {
      email_address: [values.email], first_name: values.first_name || undefined, password: values.password || undefined,
      skip_password_requirement: values.password ? undefined : true,
    }));
    return [section(`Users (${users.length})`,
      form('Create', [['email', 'e-mail address', 'email'], ['first_name', 'first name'], ['password', 'password', 'password']], create),
      table(['id', 'e-mail', 'name', 'state', 'created', ''], users.map(u => [
        el('code', {}, u.id),
        u.email_addresses[0]?.email_address,
        [u.first_name, u.last_name].filter(Boolean).join(' '),
        [u.banned && 'banned', u.locked && 'locked'].filter(Boolean).join(', ') || 'active',
        when(u.created_at),
        el('div', { class: 'row' },
          button('Token', () => { pickedUser = u.id; tab = 'tokens'; }),
          button(u.banned ? 'Unban' : 'Ban', () => api(`/users/${u.id}/${u.banned ? 'unban' : 'ban'}`, send('POST'))),
          button('Delete', () => api(`/users/${u.id}`, send('DELETE')))),
      ])))];
  },

  async organizations() {
    const list = await api('/organizations?limit=100&include_members_count=true');
    return [section(`Organizations (${list.total_count})`,
      form('Create', [['name', 'name'], ['created_by', 'user id of the creator']],
        v => api('/organizations', send('POST', { name: v.name, created_by: v.created_by || undefined }))),
      table(['id', 'name', 'slug', 'members', 'created', ''], list.data.map(o => [
        el('code', {}, o.id), o.name, o.slug, o.members_count ?? '', when(o.created_at),
        button('Delete', () => api(`/organizations/${o.id}`, send('DELETE'))),
      ])))];
  },

  async sessions() {
    const state = await admin('/state');
    const sessions = (state.tables.sessions ?? []).reverse();
    return [section(`Sessions (${sessions.length})`, table(['id', 'user', 'organization', 'status', 'created', ''], sessions.map(s => [
      el('code', {}, s.id), el('code', {}, s.user_id), s.organization_id ?? '', s.status, when(s.created_at),
      s.status === 'active' ? button('Revoke', () => api(`/sessions/${s.id}/revoke`, send('POST'))) : '',
    ])))];
  },

  async tokens() {
    const bad = await admin('/bad_tokens');
    const choice = el('select', { name: 'bad', 'aria-label': 'kind of token' },
      el('option', { value: '' }, 'a good token'), ...bad.map(b => el('option', { value: b, selected: b === pickedBad ? '' : undefined }, `wrong: ${b}`)));
    const mint = form('Mint', [['user_id', 'user id'], ['organization_id', 'organization id'], ['ttl', 'lifetime, 60s']], async v => {
      const answer = await admin('/tokens', send('POST', {
        user_id: v.user_id, organization_id: v.organization_id || undefined, ttl: v.ttl || undefined, bad: v.bad || undefined,
      }));
      token = answer.token;
      pickedBad = v.bad;
      explanation = await admin('/explain', send('POST', { token }));
    });
    mint.elements.user_id.value = pickedUser;
    mint.insertBefore(choice, mint.lastChild);
    const area = el('textarea', { id: 'token', 'aria-label': 'session token', spellcheck: 'false' }, token);
    return [
      section('Mint a session token', mint),
      section('Explain a session token', area,
        el('div', { class: 'row' }, button('Explain', async () => {
          token = area.value.trim();
          explanation = await admin('/explain', send('POST', { token }));
        })),
        explanation ? el('div', { id: 'explanation' },
          el('p', { class: explanation.accepted ? 'good' : 'bad' }, explanation.accepted ? 'Accepted.' : `Refused: ${explanation.reason}`),
          table(['check', 'result', 'detail'], explanation.checks.map(c => [
            c.name, el('span', { class: c.passed ? 'good' : 'bad' }, c.passed ? 'passed' : 'failed'), c.detail])),
          el('pre', {}, JSON.stringify(explanation.claims ?? {}, null, 2))) : ''),
    ];
  },

  async traffic() {
    const [requests, deliveries, events, emails, hooks] = await Promise.all(
      ['/requests?last=30', '/deliveries?last=30', '/events?last=30', '/emails?last=10', '/webhooks'].map(p => admin(p)));
    return [
      section('Requests', table(['at', 'method', 'operation', 'status', 'error', 'ms'], requests.reverse().map(r => [
        r.at.replace('T', ' ').slice(0, 19), r.method, r.operation || r.path, status(r.status), r.error_code ?? '', (r.duration / 1e6).toFixed(1)]))),
      section('Webhook endpoints',
        form('Add', [['url', 'URL', 'url']], v => admin('/webhooks', send('POST', { url: v.url }))),
        table(['URL', 'secret', 'waiting', ''], hooks.map(h => [
          h.url, el('code', {}, h.secret), h.pending, button('Remove', () => admin(`/webhooks/${h.id}`, send('DELETE')))]))),
      section('Webhook deliveries', table(['at', 'type', 'attempt', 'status', 'next attempt'], deliveries.reverse().map(d => [
        when(d.at), d.event_type, d.attempt, status(d.status), when(d.next_attempt)]))),
      section('Events', table(['at', 'type', 'message', ''], events.reverse().map(e => [
        when(e.timestamp), e.type, el('code', {}, e.id), button('Send again', () => admin(`/events/${e.id}/replay`, send('POST')))]))),
      section('Outbox', table(['at', 'to', 'subject', 'code'], emails.reverse().map(m => [when(m.sent_at), m.to, m.subject, m.code]))),
    ];
  },

  async drills() {
    const [keys, faults] = await Promise.all([admin('/keys'), admin('/faults')]);
    const move = body => () => admin('/clock', send('POST', body));
    return [
      section('Clock', el('div', { class: 'row' },
        button(instance.clock.frozen ? 'Unfreeze' : 'Freeze', move({ freeze: !instance.clock.frozen })),
        ...['1m', '1h', '24h'].map(d => button(`+ ${d}`, move({ advance: d }))),
        button('Back to now', move({ reset: true })))),
      section('Signing keys',
        el('div', { class: 'row' }, button('Rotate', () => admin('/keys/rotate', send('POST'))), button('Add', () => admin('/keys', send('POST')))),
        table(['kid', 'signs', 'published', ''], keys.map(k => [
          el('code', {}, k.id), k.signs ? 'yes' : '', k.published ? 'yes' : 'no',
          el('div', { class: 'row' },
            k.signs ? '' : button('Use', () => admin(`/keys/${k.id}/use`, send('POST'))),
            k.signs || !k.published ? '' : button('Retire', () => admin(`/keys/${k.id}/retire`, send('POST'))))]))),
      section('Faults',
        form('Add', [['operation', 'operation id, empty for all'], ['status', 'status', 'number'], ['latency', 'latency in ms', 'number'], ['times', 'times', 'number']],
          v => admin('/faults', send('POST', { operation: v.operation, status: +v.status, latency_ms: +v.latency, times: +v.times }))),
        table(['operation', 'status', 'latency', 'times'], faults.map(f => [f.operation || 'all', f.status || '', f.latency_ms ? `${f.latency_ms} ms` : '', f.times || 'until cleared'])),
        el('div', { class: 'row' }, button('Clear all', () => admin('/faults', send('DELETE'))),
          button(instance.rate_limited ? 'Rate limits off' : 'Rate limits on', () => admin('/rate_limits', send('POST', { on: !instance.rate_limited }))))),
      section('State', el('div', { class: 'row' },
        button('Take a snapshot', async () => { snapshot = (await admin('/snapshots', send('POST'))).id; }),
        snapshot ? button('Restore it', () => admin(`/snapshots/${snapshot}/restore`, send('POST'))) : '',
        button('Reset everything', () => admin('/reset', send('POST'))))),
    ];
  },
};

let pickedUser = '';
let pickedBad = '';
let token = '';
let explanation = null;
let snapshot = '';

async function load(name) {
  const all = await call('/_clerktest/instances');
  all.sort((a, b) => a.name.localeCompare(b.name));
  instance = all.find(i => i.name === name) ?? all[0];
  $('instance').replaceChildren(...all.map(i => el('option', { value: i.name, selected: i.name === instance.name ? '' : undefined }, i.name)));
  const c = instance.clock;
  $('clock').textContent = `${when(c.now)} UTC${c.frozen ? ', frozen' : ''}${apart(Math.round(c.offset_ms / 1000))}`;
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

async function draw() {
  const mine = ++drawn;
  if (!views[tab]) tab = 'overview';
  history.replaceState(null, '', `#${tab}`);
  await load(instance?.name ?? 'emulator');
  const parts = await views[tab]();
  if (mine !== drawn) return;
  for (const b of $('tabs').children) {
    if (b.dataset.tab === tab) b.setAttribute('aria-current', 'page');
    else b.removeAttribute('aria-current');
  }
  $('view').replaceChildren(...parts);
  document.body.dataset.ready = tab;
}

$('instance').addEventListener('change', act(event => { instance = { name: event.target.value }; }));
// The tabs stay while the view is redrawn: a button that is replaced under the pointer would swallow the click.
$('tabs').replaceChildren(...Object.keys(views).map(name =>
  el('button', { type: 'button', 'data-tab': name, onclick: act(() => { tab = name; }) },
    name[0].toUpperCase() + name.slice(1))));
act(() => {})();
// Requests and deliveries show up as they happen, unless somebody is typing.
setInterval(() => {
  if (tab === 'traffic' && !['INPUT', 'TEXTAREA', 'SELECT'].includes(document.activeElement?.tagName)) act(() => {})();
}, 1000);
