package main

import (
	"net"
	"net/http"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
	"github.com/clerkgo/clerk-go/tools/internal/recording"
)

// localClerk is the emulator of a site. It keeps its address over restarts.
type localClerk struct {
	*clerktest.Instance

	address  string
	opts     []clerktest.Option
	record   *recording.Recorder
	emulator *clerktest.Emulator
	http     *http.Server
}

func startClerk(record *recording.Recorder, opts ...clerktest.Option) (*localClerk, error) {
	c := &localClerk{record: record, address: "127.0.0.1:0", opts: append(opts, clerktest.WithDevelopmentKey())}
	return c, c.start()
}

func (c *localClerk) start() error {
	plain, err := net.Listen("tcp", c.address) //nolint:noctx // a local listener does not wait
	if err != nil {
		return err
	}
	c.address = plain.Addr().String()
	c.emulator, err = clerktest.New(append(c.opts, clerktest.WithURL("http://"+c.address))...)
	if err != nil {
		_ = plain.Close()
		return err
	}
	c.Instance = c.emulator.Default()
	both, err := c.emulator.Listener(plain) // http and https
	if err != nil {
		_ = plain.Close()
		return err
	}
	c.http = &http.Server{Handler: c, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = c.http.Serve(both) }()
	return nil
}

func (c *localClerk) stop() {
	_ = c.http.Close()
	_ = c.emulator.Close()
}

// ServeHTTP lets an application mount the emulator.
func (c *localClerk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.record.Wrap(c.emulator).ServeHTTP(w, r)
}

func (c *localClerk) restart() error {
	c.stop()
	return c.start()
}

// restartFlow is an emulator that ends and starts again while somebody is signed in.
func restartFlow(v *visit) error {
	ada := v.srv.CreateUser(clerktest.User{Email: "ada@example.com", FirstName: "Ada", Password: password})
	const fresh = `Clerk.session.getToken({skipCache: true}).then(t => t.split(".").length)`
	inEngines := v.gives(server("organization")+`.then(id => id === Clerk.organization.id)`, "true")
	return inOrder(v.signsIn(ada.Email), v.gives(`Clerk.createOrganization({name: "Engines"}).then(o => Clerk.setActive({organization: o.id})).then(() => Clerk.organization.name)`, "Engines"),
		v.srv.restart, v.gives(fresh, "3"), v.gives(server("user"), ada.ID), inEngines,
		v.opens("/again"), v.gives(`Clerk.user.firstName + " " + Clerk.organization.name`, "Ada Engines"), inEngines, v.hasActive(ada.ID, 1),
		v.srv.restart, v.signsOut, v.opens("/out"), v.gives(`Clerk.user`, "<nil>"), v.hasActive(ada.ID, 0), v.hears("session.removed"))
}

// freshStartFlow is an emulator that forgot everybody: an open page signs out by itself, and signs in to the new one.
func freshStartFlow(v *visit) error {
	v.srv.CreateUser(clerktest.User{Email: "ada@example.com", Password: password})
	again := func() error {
		ada := v.srv.CreateUser(clerktest.User{Email: "ada@example.com", Password: password})
		return inOrder(v.signsIn(ada.Email), v.gives(server("user"), ada.ID), v.hasActive(ada.ID, 1))
	}
	return inOrder(v.signsIn("ada@example.com"), v.srv.restart, v.does(`Clerk.session.getToken({skipCache: true}).catch(() => null)`),
		func() error { return v.until(`!Clerk.user`) }, v.gives(`fetch("/api/me").then(r => r.status)`, "401"), again)
}
