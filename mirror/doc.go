// Package clerkmirror keeps Clerk's users, organizations and memberships in tables of the application's own database,
// on any number of replicas: PostgreSQL, MySQL, MariaDB or SQLite, through database/sql and with no driver of its
// own. Roles and invitations have tables on request.
//
// Webhooks bring changes, in any order and more than once; a message and its change are one transaction. Backfill
// brings what the webhooks did not, resumes where a killed process stopped, and is run by one replica at a time.
// Reconcile looks for drift and heals it. Ensure fetches the user of a request whose webhook has not arrived yet.
//
// Deleted objects keep their rows, with deleted_at set, so that foreign keys hold; Clerk never uses an id again.
package clerkmirror
