package clerktest_test

import (
	"fmt"
	"log"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
)

func ExampleStart() {
	srv, err := clerktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()

	who := srv.SignedInUser()
	fmt.Println(srv.Explain(who.Token).Accepted)

	srv.Clock().Advance(2 * time.Minute) // a session token is good for one
	fmt.Println(srv.Explain(who.Token).Reason)
	// Output:
	// true
	// token-expired
}

func ExampleInstance_CreateOrganization() {
	srv, err := clerktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()

	ada := srv.CreateUser(clerktest.User{Email: "ada@example.com", FirstName: "Ada"})
	acme := srv.CreateOrganization(clerktest.Organization{Name: "Acme Inc", Plan: "pro"})
	srv.DefineRole("billing", "invoices:read")
	srv.AddMember(acme.ID, ada.ID, "billing")

	who := srv.SignIn(ada.ID, acme.ID)
	fmt.Println(acme.Slug, srv.Explain(who.Token).Accepted)
	// Output: acme-inc true
}

func ExampleInstance_RotateKey() {
	srv, err := clerktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()

	old := srv.SigningKeys()[0].ID
	who := srv.SignedInUser()
	srv.RotateKey()
	fmt.Println(srv.Explain(who.Token).Accepted) // both keys are published
	srv.RetireKey(old)
	fmt.Println(srv.Explain(who.Token).Reason)
	// Output:
	// true
	// jwk-kid-mismatch
}
