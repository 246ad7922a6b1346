package main

import (
	"context"
	"database/sql"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
	clerkgin "github.com/clerkgo/clerk-go/gin"
	clerkmirror "github.com/clerkgo/clerk-go/mirror"
)

// shop is a service with tables of its own beside those of the mirror.
type shop struct {
	db     *sql.DB
	mirror *clerkmirror.Mirror
}

//docs:begin new

// newShop makes the tables: those of the mirror, and orders that refer to them.
func newShop(ctx context.Context, db *sql.DB, client *clerk.Client) (*shop, error) {
	mirror, err := clerkmirror.New(clerkmirror.Config{DB: db, Dialect: clerkmirror.SQLite, Client: client})
	if err != nil {
		return nil, err
	}
	if err := mirror.Migrate(ctx); err != nil {
		return nil, err
	}
	_, err = db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS orders (
		id      INTEGER PRIMARY KEY,
		item    TEXT NOT NULL,
		user_id TEXT NOT NULL REFERENCES clerk_users (id)
	)`)
	return &shop{db: db, mirror: mirror}, err
}

//docs:end new

//docs:begin routes

// routes receives webhooks and takes orders of signed-in users.
func (s *shop) routes(authn *clerkauth.Authenticator, verifier *clerkwebhook.Verifier) (*gin.Engine, error) {
	webhooks, err := s.mirror.Handler(verifier)
	if err != nil {
		return nil, err
	}
	app := gin.New()
	app.POST("/webhooks", gin.WrapH(webhooks))
	app.GET("/orders", s.list)
	app.POST("/orders", clerkgin.Middleware(authn), clerkgin.RequireAuth(), ensureGin(s.mirror), s.order)
	return app, nil
}

//docs:end routes

func (s *shop) order(c *gin.Context) {
	user := clerkgin.FromContext(c).UserID()
	if _, err := s.db.ExecContext(c.Request.Context(), `INSERT INTO orders (item, user_id) VALUES (?, ?)`, c.Query("item"), user); err != nil {
		_ = c.AbortWithError(http.StatusInternalServerError, err)
		return
	}
	c.Status(http.StatusCreated)
}

// line is a line of the page.
type line struct {
	Item  string `json:"item"`
	Buyer string `json:"buyer"`
}

func (s *shop) list(c *gin.Context) {
	lines, err := s.lines(c.Request.Context())
	if err != nil {
		_ = c.AbortWithError(http.StatusInternalServerError, err)
		return
	}
	c.JSON(http.StatusOK, lines)
}

//docs:begin join

// lines reads the orders with their buyers. The row of a deleted user stays, so old orders still have their buyer.
func (s *shop) lines(ctx context.Context) (lines []line, err error) {
	rows, err := s.db.QueryContext(ctx, `
		SELECT orders.item, COALESCE(u.first_name || ' ' || u.last_name, u.primary_email, '')
		FROM orders JOIN clerk_users AS u ON u.id = orders.user_id
		ORDER BY orders.id`)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var l line
		if err := rows.Scan(&l.Item, &l.Buyer); err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	return lines, rows.Err()
}

//docs:end join
