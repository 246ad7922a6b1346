// Drives the published @clerk/backend, unmodified, against a local Clerk. Prints one JSON line per step on standard
// output: {"step": name, "error": text or absent}. Arguments come from the environment: BASE_URL, SECRET_KEY,
// PUBLISHABLE_KEY, and optionally WEBHOOK (a JSON file with secret, headers and body of one delivery).
import { readFile } from 'node:fs/promises';
import { createClerkClient } from '@clerk/backend';
import { verifyWebhook } from '@clerk/backend/webhooks';

const { BASE_URL, SECRET_KEY, PUBLISHABLE_KEY, WEBHOOK } = process.env;
const clerk = createClerkClient({ secretKey: SECRET_KEY, publishableKey: PUBLISHABLE_KEY, apiUrl: BASE_URL, telemetry: { disabled: true } });

const step = async (name, run) => {
  try {
    const result = await run();
    console.log(JSON.stringify({ step: name }));
    return result;
  } catch (e) {
    const codes = (e.errors ?? []).map(x => x.code).join(',');
    console.log(JSON.stringify({ step: name, error: `${e.status ?? ''} ${codes} ${e.message}`.trim() }));
    return {};
  }
};
const expect = (ok, what) => {
  if (!ok) throw new Error(`unexpected answer: ${what}`);
};

const user = await step('create a user', () =>
  clerk.users.createUser({ emailAddress: ['js@example.com'], password: 'correct horse battery', firstName: 'Grace', publicMetadata: { a: { b: 1, c: 2 } } }));
await step('get the user', async () => expect((await clerk.users.getUser(user.id)).firstName === 'Grace', 'first name'));
await step('merge metadata', async () => {
  const u = await clerk.users.updateUserMetadata(user.id, { publicMetadata: { a: { b: null, d: 3 } } });
  expect(JSON.stringify(u.publicMetadata) === '{"a":{"c":2,"d":3}}', 'deep merge');
});
await step('replace metadata', () => clerk.users.replaceUserMetadata(user.id, { publicMetadata: { only: true } }));
await step('update the user', () => clerk.users.updateUser(user.id, { lastName: 'Hopper', externalId: 'ext-js' }));
await step('list and count users', async () => {
  const list = await clerk.users.getUserList({ emailAddress: ['js@example.com'] });
  expect(list.totalCount === 1 && list.data[0].id === user.id, 'one user');
});
await step('verify the password', () => clerk.users.verifyPassword({ userId: user.id, password: 'correct horse battery' }));
await step('ban and unban', async () => {
  expect((await clerk.users.banUser(user.id)).banned, 'banned');
  expect(!(await clerk.users.unbanUser(user.id)).banned, 'unbanned');
});
await step('lock and unlock', async () => {
  expect((await clerk.users.lockUser(user.id)).locked, 'locked');
  expect(!(await clerk.users.unlockUser(user.id)).locked, 'unlocked');
});
await step('password compromised', async () => {
  await clerk.users.setPasswordCompromised(user.id);
  await clerk.users.unsetPasswordCompromised(user.id);
});
await step('profile image', async () => {
  await clerk.users.updateUserProfileImage(user.id, { file: new Blob([Buffer.from('R0lGODlhAQABAAAAACw=', 'base64')], { type: 'image/gif' }) });
  await clerk.users.deleteUserProfileImage(user.id);
});
await step('email addresses', async () => {
  const e = await clerk.emailAddresses.createEmailAddress({ userId: user.id, emailAddress: 'js2@example.com', verified: true });
  await clerk.emailAddresses.getEmailAddress(e.id);
  await clerk.emailAddresses.updateEmailAddress(e.id, { primary: true });
  await clerk.emailAddresses.deleteEmailAddress(e.id);
});
await step('phone numbers', async () => {
  const p = await clerk.phoneNumbers.createPhoneNumber({ userId: user.id, phoneNumber: '+15555550124', verified: true });
  await clerk.phoneNumbers.getPhoneNumber(p.id);
  await clerk.phoneNumbers.deletePhoneNumber(p.id);
});
await step('multi-factor reset', () => clerk.users.disableUserMFA(user.id));

const session = await step('create a session', () => clerk.sessions.createSession({ userId: user.id }));
const token = await step('mint a token', () => clerk.sessions.getToken(session.id));
await step('authenticate a header request', async () => {
  const state = await clerk.authenticateRequest(
    new Request('http://app.localhost/', { headers: { authorization: `Bearer ${token.jwt}` } }), { skipJwksCache: true });
  expect(state.status === 'signed-in' && state.toAuth().userId === user.id, `${state.status} ${state.reason}`);
});
await step('refuse a tampered token', async () => {
  const bad = token.jwt.slice(0, -8) + (token.jwt.endsWith('AAAAAAAA') ? 'BBBBBBBB' : 'AAAAAAAA');
  const state = await clerk.authenticateRequest(
    new Request('http://app.localhost/', { headers: { authorization: `Bearer ${bad}` } }), { skipJwksCache: true });
  expect(state.status === 'signed-out', state.status);
});
await step('get and list sessions', async () => {
  await clerk.sessions.getSession(session.id);
  expect((await clerk.sessions.getSessionList({ userId: user.id })).totalCount === 1, 'one session');
});
await step('clients', async () => {
  await clerk.clients.getClient(session.clientId);
  await clerk.clients.getClientList();
});
await step('revoke the session', async () => expect((await clerk.sessions.revokeSession(session.id)).status === 'revoked', 'revoked'));

const org = await step('create an organization', () =>
  clerk.organizations.createOrganization({ name: 'JS Inc', slug: 'js-inc', createdBy: user.id, publicMetadata: { tier: 'one' } }));
await step('get by slug', async () => expect((await clerk.organizations.getOrganization({ slug: 'js-inc' })).id === org.id, 'same id'));
await step('list organizations', () => clerk.organizations.getOrganizationList({ includeMembersCount: true, orderBy: '-name' }));
await step('update organization and metadata', async () => {
  await clerk.organizations.updateOrganization(org.id, { name: 'JS Incorporated' });
  await clerk.organizations.updateOrganizationMetadata(org.id, { publicMetadata: { tier: null } });
});
await step('organization logo', async () => {
  await clerk.organizations.updateOrganizationLogo(org.id, { file: new Blob([Buffer.from('R0lGODlhAQABAAAAACw=', 'base64')], { type: 'image/gif' }), uploaderUserId: user.id });
  await clerk.organizations.deleteOrganizationLogo(org.id);
});
const second = await step('a second user', () => clerk.users.createUser({ emailAddress: ['js-second@example.com'], skipPasswordRequirement: true }));
await step('memberships', async () => {
  await clerk.organizations.createOrganizationMembership({ organizationId: org.id, userId: second.id, role: 'org:member' });
  await clerk.organizations.updateOrganizationMembership({ organizationId: org.id, userId: second.id, role: 'org:admin' });
  await clerk.organizations.updateOrganizationMembershipMetadata({ organizationId: org.id, userId: second.id, publicMetadata: { desk: 4 } });
  expect((await clerk.organizations.getOrganizationMembershipList({ organizationId: org.id })).totalCount === 2, 'two members');
  await clerk.organizations.deleteOrganizationMembership({ organizationId: org.id, userId: second.id });
});
await step('organization invitations', async () => {
  const i = await clerk.organizations.createOrganizationInvitation({ organizationId: org.id, emailAddress: 'guest-js@example.com', role: 'org:member', inviterUserId: user.id });
  await clerk.organizations.getOrganizationInvitation({ organizationId: org.id, invitationId: i.id });
  expect((await clerk.organizations.getOrganizationInvitationList({ organizationId: org.id })).totalCount === 1, 'one invitation');
  await clerk.organizations.createOrganizationInvitationBulk(org.id, [{ emailAddress: 'bulk-js@example.com', role: 'org:member', inviterUserId: user.id }]);
  await clerk.organizations.revokeOrganizationInvitation({ organizationId: org.id, invitationId: i.id, requestingUserId: user.id });
});
await step('organization domains', async () => {
  const d = await clerk.organizations.createOrganizationDomain({ organizationId: org.id, name: 'js-inc.example', enrollmentMode: 'automatic_invitation', verified: true });
  await clerk.organizations.getOrganizationDomainList({ organizationId: org.id });
  await clerk.organizations.deleteOrganizationDomain({ organizationId: org.id, domainId: d.id });
});
await step('roles, permissions and role sets', async () => {
  const p = await clerk.organizationPermissions.createOrganizationPermission({ name: 'Read reports', key: 'org:reports:read', description: 'Read' });
  const r = await clerk.organizationRoles.createOrganizationRole({ name: 'Analyst', key: 'org:analyst', description: 'Reads' });
  await clerk.organizationRoles.assignPermissionToOrganizationRole({ organizationRoleId: r.id, permissionId: p.id });
  await clerk.organizationRoles.removePermissionFromOrganizationRole({ organizationRoleId: r.id, permissionId: p.id });
  await clerk.roleSets.getRoleSetList();
  await clerk.organizationRoles.deleteOrganizationRole(r.id);
  await clerk.organizationPermissions.deleteOrganizationPermission(p.id);
});
await step('invitations', async () => {
  const i = await clerk.invitations.createInvitation({ emailAddress: 'invite-js@example.com' });
  await clerk.invitations.getInvitationList();
  await clerk.invitations.revokeInvitation(i.id);
});
await step('allow and block lists', async () => {
  const a = await clerk.allowlistIdentifiers.createAllowlistIdentifier({ identifier: 'ok-js@example.com', notify: false });
  await clerk.allowlistIdentifiers.getAllowlistIdentifierList();
  await clerk.allowlistIdentifiers.deleteAllowlistIdentifier(a.id);
  const b = await clerk.blocklistIdentifiers.createBlocklistIdentifier({ identifier: 'no-js@example.com' });
  await clerk.blocklistIdentifiers.getBlocklistIdentifierList();
  await clerk.blocklistIdentifiers.deleteBlocklistIdentifier(b.id);
});
await step('waitlist', async () => {
  const w = await clerk.waitlistEntries.create({ emailAddress: 'wait-js@example.com' });
  await clerk.waitlistEntries.list();
  await clerk.waitlistEntries.reject(w.id);
  await clerk.waitlistEntries.delete(w.id);
});
await step('sign-in, actor, testing tokens, agent tasks', async () => {
  const s = await clerk.signInTokens.createSignInToken({ userId: user.id, expiresInSeconds: 60 });
  await clerk.signInTokens.revokeSignInToken(s.id);
  const a = await clerk.actorTokens.create({ userId: user.id, expiresInSeconds: 60, actor: { sub: second.id } });
  await clerk.actorTokens.revoke(a.id);
  await clerk.testingTokens.createTestingToken();
});
await step('JWT templates', async () => {
  const j = await clerk.jwtTemplates.create({ name: 'js-template', claims: { aud: 'js' }, lifetime: 120 });
  await clerk.jwtTemplates.get(j.id);
  await clerk.jwtTemplates.list();
  await clerk.jwtTemplates.update({ templateId: j.id, name: 'js-template', claims: { aud: 'js2' } });
  await clerk.jwtTemplates.delete(j.id);
});
await step('redirect URLs and domains', async () => {
  const r = await clerk.redirectUrls.createRedirectUrl({ url: 'https://js.example.com/cb' });
  await clerk.redirectUrls.getRedirectUrl(r.id);
  await clerk.redirectUrls.getRedirectUrlList();
  await clerk.redirectUrls.deleteRedirectUrl(r.id);
  await clerk.domains.list();
});
await step('instance settings', async () => {
  await clerk.instance.get();
  await clerk.instance.update({ testMode: true });
  await clerk.instance.updateRestrictions({ allowlist: false });
  await clerk.instance.updateOrganizationSettings({ enabled: true });
});
await step('OAuth applications', async () => {
  const o = await clerk.oauthApplications.create({ name: 'js app', redirectUris: ['https://js.example.com/cb'], scopes: 'profile email' });
  await clerk.oauthApplications.get(o.id);
  await clerk.oauthApplications.list();
  await clerk.oauthApplications.update({ oauthApplicationId: o.id, name: 'js app 2' });
  await clerk.oauthApplications.rotateSecret(o.id);
  await clerk.oauthApplications.delete(o.id);
});
await step('machines and M2M tokens', async () => {
  const a = await clerk.machines.create({ name: 'caller' });
  const b = await clerk.machines.create({ name: 'receiver' });
  await clerk.machines.list();
  const { secret } = await clerk.machines.getSecretKey(a.id);
  await clerk.machines.createScope(a.id, b.id);
  const m = await clerk.m2m.createToken({ machineSecretKey: secret, secondsUntilExpiration: 60, claims: { job: 'nightly' } });
  expect((await clerk.m2m.verify({ token: m.token })).subject === a.id, 'subject is the machine');
  const state = await clerk.authenticateRequest(
    new Request('http://app.localhost/', { headers: { authorization: `Bearer ${m.token}` } }), { acceptsToken: 'm2m_token' });
  expect(state.status === 'signed-in', `${state.status} ${state.reason}`);
  await clerk.m2m.list({ subject: a.id });
  await clerk.m2m.revokeToken({ m2mTokenId: m.id });
  await clerk.machines.rotateSecretKey({ machineId: a.id, previousTokenTtl: 0 });
  await clerk.machines.deleteScope(a.id, b.id);
  await clerk.machines.delete(b.id);
});
await step('API keys', async () => {
  const k = await clerk.apiKeys.create({ name: 'js key', subject: user.id, scopes: ['read'] });
  expect((await clerk.apiKeys.verify(k.secret)).subject === user.id, 'subject is the user');
  const state = await clerk.authenticateRequest(
    new Request('http://app.localhost/', { headers: { authorization: `Bearer ${k.secret}` } }), { acceptsToken: 'api_key' });
  expect(state.status === 'signed-in' && state.toAuth().userId === user.id, `${state.status} ${state.reason}`);
  await clerk.apiKeys.list({ subject: user.id });
  await clerk.apiKeys.get(k.id);
  await clerk.apiKeys.getSecret(k.id);
  await clerk.apiKeys.update({ apiKeyId: k.id, subject: user.id, description: 'changed' });
  await clerk.apiKeys.revoke({ apiKeyId: k.id });
  await clerk.apiKeys.delete(k.id);
});
await step('enterprise and SAML connections', async () => {
  const s = await clerk.samlConnections.createSamlConnection({ name: 'saml js', provider: 'saml_custom', domain: 'saml-js.example' });
  await clerk.samlConnections.getSamlConnectionList();
  await clerk.samlConnections.deleteSamlConnection(s.id);
  await clerk.enterpriseConnections.getEnterpriseConnectionList();
});
await step('webhook app', async () => clerk.webhooks.createSvixApp());
await step('enterprise connection', async () => {
  const e = await clerk.enterpriseConnections.createEnterpriseConnection({ name: 'js', provider: 'oidc_custom', domains: ['sso-js.example'] });
  await clerk.enterpriseConnections.getEnterpriseConnection(e.id);
  const changed = await clerk.enterpriseConnections.updateEnterpriseConnection(e.id, { active: true });
  expect(changed.active, 'an active connection');
  await clerk.enterpriseConnections.deleteEnterpriseConnection(e.id);
});
await step('sign-ups', async () => {
  const made = await fetch(`${BASE_URL}/_clerktest/sign_ups`, { method: 'POST', body: JSON.stringify({ email: 'signs-up@example.com' }) });
  const { id } = await made.json();
  await clerk.signUps.update({ signUpAttemptId: id, externalId: 'ext-sign-up', customAction: true });
  const s = await clerk.signUps.get(id);
  expect(s.status === 'missing_requirements' && s.externalId === 'ext-sign-up' && s.customAction, JSON.stringify(s));
});
await step('billing', async () => {
  const plans = await clerk.billing.getPlanList({ payerType: 'user' });
  expect(plans.totalCount === 2 && plans.data[0].slug === 'pro', 'the plans of users');
  const subscription = await clerk.billing.getUserBillingSubscription('user_trying');
  expect(subscription.subscriptionItems[0].isFreeTrial, 'a trial');
  const extendTo = new Date(Date.now() + 30 * 24 * 3600 * 1000);
  const longer = await clerk.billing.extendSubscriptionItemFreeTrial('csub_item_trying', { extendTo });
  expect(longer.periodEnd === extendTo.getTime(), `a trial until ${extendTo.getTime()}, not ${longer.periodEnd}`);
  expect((await clerk.billing.getOrganizationBillingSubscription('org_paying')).status === 'active', 'an active subscription');
  expect((await clerk.billing.cancelSubscriptionItem('csub_item_paying', { endNow: true })).status === 'ended', 'an ended item');
});
if (WEBHOOK) {
  await step('verify a delivered webhook', async () => {
    const { secret, headers, body } = JSON.parse(await readFile(WEBHOOK, 'utf8'));
    const event = await verifyWebhook(new Request('http://app.localhost/hook', { method: 'POST', headers, body }), { signingSecret: secret });
    expect(typeof event.type === 'string', 'an event type');
  });
}
await step('delete users and organization', async () => {
  await clerk.organizations.deleteOrganization(org.id);
  await clerk.users.deleteUser(second.id);
  await clerk.users.deleteUser(user.id);
});
