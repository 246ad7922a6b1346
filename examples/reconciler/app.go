package main

import (
	"encoding/json"
	"log"
	"net/http"
	"time"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// app is the service around the table.
type app struct {
	db         *database
	reconciler *clerkwebhook.Reconciler
	webhooks   *clerkwebhook.Handler
	source     clerkwebhook.Source
}

//docs:begin app

// newApp builds the service. now is Clerk's clock.
func newApp(
	db *database, verifier *clerkwebhook.Verifier, source clerkwebhook.Source, now func() time.Time,
) (*app, error) {
	reconciler, err := clerkwebhook.NewReconciler(clerkwebhook.ReconcilerConfig{Table: db, Now: now})
	if err != nil {
		return nil, err
	}
	webhooks, err := clerkwebhook.NewHandler(verifier, reconciler.Callbacks(), clerkwebhook.WithDeduplicator(db))
	if err != nil {
		return nil, err
	}
	return &app{db: db, reconciler: reconciler, webhooks: webhooks, source: source}, nil
}

//docs:end app

// routes are open here; a service would guard all but the webhooks.
func (a *app) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/webhooks", a.webhooks)
	mux.HandleFunc("POST /backfill", a.backfill)
	mux.HandleFunc("GET /objects", a.objects)
	return mux
}

func (a *app) backfill(w http.ResponseWriter, r *http.Request) {
	result, err := a.reconciler.Backfill(r.Context(), a.source)
	if err != nil {
		log.Print(err)
		http.Error(w, "Clerk cannot be read", http.StatusBadGateway)
		return
	}
	writeJSON(w, result)
}

func (a *app) objects(w http.ResponseWriter, r *http.Request) {
	objects, err := a.db.objects(r.Context())
	if err != nil {
		log.Print(err)
		http.Error(w, "the table cannot be read", http.StatusInternalServerError)
		return
	}
	writeJSON(w, objects)
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		log.Print(err)
	}
}
