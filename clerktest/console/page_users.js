// The list of users.

import { badge, section, when } from './dom.js';
import { api, post, query } from './api.js';
import { field, folded, form, nameOf } from './forms.js';
import { idLink, list } from './lists.js';
import { address, go, page } from './router.js';
import { signInAs } from './sign_in_as.js';

page('users', 'Users', 'Records', async place => {
  if (place.id) return (await import('./page_user.js')).drawUser(place);
  const create = async v => {
    const made = await api('/users', post({
      email_address: v.email ? [v.email] : undefined, first_name: v.first_name, last_name: v.last_name, username: v.username,
      phone_number: v.phone ? [v.phone] : undefined, password: v.password, skip_password_requirement: v.password ? undefined : true,
    }));
    await go(address('users', made.id));
  };
  return [
    section('Users', await list({
      heads: ['name', 'e-mail', 'id', 'state', 'created', ''],
      placeholder: 'Search name, e-mail, phone, username, id',
      filters: [
        { name: 'banned', label: 'Banned', options: [['', 'All'], ['true', 'Banned'], ['false', 'Not banned']] },
        { name: 'order_by', label: 'Order', options: [['', 'Newest first'], ['created_at', 'Oldest first'], ['-last_sign_in_at', 'Last sign-in'], ['email_address', 'E-mail'], ['first_name', 'First name']] },
      ],
      async load(at) {
        const filter = { query: at.query, banned: at.banned };
        const [data, count] = await Promise.all([
          api(`/users${query({ ...filter, order_by: at.order_by, limit: at.limit, offset: at.offset })}`), api(`/users/count${query(filter)}`)]);
        return { data, total: count.total_count };
      },
      cells: u => [
        idLink(u.id, nameOf(u)), u.email_addresses.find(e => e.id === u.primary_email_address_id)?.email_address ?? '', idLink(u.id), userState(u),
        when(u.created_at), signInAs(u),
      ],
    })),
    section('New user', folded('Create a user', form('Create user', [
      field('email', 'E-mail address', { kind: 'email' }), field('first_name', 'First name'), field('last_name', 'Last name'),
      field('username', 'Username'), field('phone', 'Phone number', { hint: '+15555550100' }), field('password', 'Password', { kind: 'password' }),
    ], create))),
  ];
});

export const userState = u => [u.banned && badge('banned', 'bad'), u.locked && badge('locked', 'bad'), !u.banned && !u.locked && badge('active', 'good')];
