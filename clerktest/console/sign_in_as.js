// Sign in as: a link that opens the application as a user. The address of the application is remembered.

import { el, row, soft } from './dom.js';
import { admin, post, state } from './api.js';
import { act, copy, dialog, notice } from './ask.js';
import { field, form } from './forms.js';

const key = () => `clerktest-application-${state.instance.name}`;
export const application = () => localStorage.getItem(key()) || state.instance.application || '';

// signInAs is the button on a user.
export const signInAs = (user, organization = '') => el('button', {
  type: 'button', class: 'main', 'data-sign-in-as': user.id, onclick: act(() => open(user, organization), { quiet: true }),
}, 'Sign in as');

async function open(user, organization) {
  const known = localStorage.getItem(key());
  if (known) return visit(user, organization, known);
  await dialog('Open the application as this user', close => [
    soft('The link signs the browser that opens it in as this user. It carries the token of a browser of its own, so use it in a private window to keep another sign-in.'),
    form('Make the link', [field('application', 'Address of the application', { kind: 'url', value: application(), required: true })], async v => {
      localStorage.setItem(key(), v.application);
      const link = await makeLink(user, organization, v.application);
      close();
      setTimeout(() => show(link).catch(error => notice(error.message, 'bad')));
    }, { quiet: true }),
  ]);
}

const makeLink = (user, organization, address) => admin('/sign_in_links', post({ user_id: user.id, organization_id: organization || undefined, application: address }));

// visit opens the application in a tab, or shows the link where the browser opens none.
async function visit(user, organization, address) {
  const tab = window.open('', '_blank');
  if (tab) tab.opener = null;
  try {
    const link = await makeLink(user, organization, address);
    if (tab) tab.location = link.url;
    else await show(link);
  } catch (error) {
    tab?.close();
    throw error;
  }
}

// applicationForm changes the address that Sign in as opens.
export const applicationForm = () => form('Remember', [
  field('application', 'Address of your application', { kind: 'url', value: application(), required: true, help: 'Sign in as opens it with one click.' }),
], v => localStorage.setItem(key(), v.application), { name: 'application' });

const show = link => dialog('The link is ready', close => [
  el('p', {}, el('a', { href: link.url, target: '_blank', rel: 'noreferrer', id: 'sign-in-link', class: 'button', autofocus: true }, 'Open the application')),
  el('p', { class: 'soft' }, 'The session is ', el('code', {}, link.session_id), '.'),
  row(copy(link.url, 'Copy the link'), el('button', { type: 'button', onclick: () => close() }, 'Close')),
]);
