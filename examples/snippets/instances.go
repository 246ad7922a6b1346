package snippets

//docs:begin imports
import (
	"context"
	"database/sql"
	"errors"
	"net/http"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

//docs:end imports

// PerTenant chooses the Clerk instance of each request by its host. The middleware of every framework takes what
// NewInstances returns in place of an authenticator.
func PerTenant(db *sql.DB, app http.Handler) (http.Handler, error) {
	//docs:begin instances
	instances, err := clerkauth.NewInstances(clerkauth.InstancesConfig{
		Name: clerkauth.Request.Hostname, // or a header, or a part of the path
		Open: func(ctx context.Context, host string) (clerkauth.Config, error) {
			var config clerkauth.Config
			err := db.QueryRowContext(ctx, `SELECT secret_key, publishable_key FROM tenants WHERE host = $1`, host).
				Scan(&config.SecretKey, &config.PublishableKey)
			if errors.Is(err, sql.ErrNoRows) {
				return config, clerkauth.ErrUnknownInstance // 404
			}
			config.AuthorizedParties = []string{"https://" + host}
			return config, err
		},
	})
	if err != nil {
		return nil, err
	}
	return clerkauth.Middleware(instances)(app), nil
	//docs:end instances
}
