package clerkotel_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

// The dashboard asks for the metrics and attributes that the observer makes, under the names that Prometheus gives them,
// and shows each metric.
func TestDashboard_AsksForWhatThereIs(t *testing.T) {
	t.Parallel()
	metrics, labels := prometheusNames(t)
	for _, expr := range dashboardQueries(t) {
		for _, name := range regexp.MustCompile(`clerk_[a-z_]+(?:_seconds_(?:bucket|count|sum)|_total)`).FindAllString(expr, -1) {
			if _, known := metrics[name]; !known {
				t.Errorf("%s: there is no metric %s", expr, name)
			}
			for base := range metrics {
				if sameMetric(base, name) {
					metrics[base] = true
				}
			}
		}
		for _, list := range regexp.MustCompile(`by \(([^)]*)\)|\{([^}]*)\}`).FindAllStringSubmatch(expr, -1) {
			for _, label := range regexp.MustCompile(`[a-z][a-z_]*`).FindAllString(regexp.MustCompile(`"[^"]*"`).ReplaceAllString(list[1]+list[2], ""), -1) {
				if !slices.Contains(labels, label) {
					t.Errorf("%s: there is no label %s", expr, label)
				}
			}
		}
	}
	for name, shown := range metrics {
		if !shown {
			t.Errorf("no panel shows %s", name)
		}
	}
}

// sameMetric reports whether two names are parts of one histogram.
func sameMetric(a, b string) bool {
	base := func(name string) string {
		for _, part := range []string{"_bucket", "_count", "_sum"} {
			name = strings.TrimSuffix(name, part)
		}
		return name
	}
	return base(a) == base(b)
}

// prometheusNames lets the observer measure one of everything and returns the names of metrics and labels.
func prometheusNames(t *testing.T) (metrics map[string]bool, labels []string) {
	t.Helper()
	r := newRecording(t)
	drive(t, r)
	r.EndAttempt(t.Context(), clerk.AttemptInfo{Operation: "Users.Get", Number: 2, Failure: "timeout", RateLimitWait: time.Second})
	metrics, labels = map[string]bool{}, []string{"le", "job"}
	for series := range r.series(t) {
		name, attrs, _ := strings.Cut(series, " ")
		name = strings.ReplaceAll(name, ".", "_")
		if name == "clerk_auth_refusals" {
			metrics[name+"_total"] = false
		} else {
			for _, part := range []string{"_bucket", "_count", "_sum"} {
				metrics[name+"_seconds"+part] = false
			}
		}
		for attr := range strings.FieldsSeq(attrs) {
			label, _, _ := strings.Cut(attr, "=")
			labels = append(labels, strings.ReplaceAll(label, ".", "_"))
		}
	}
	return metrics, labels
}

func dashboardQueries(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("dashboard/grafana.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Title   string `json:"title"`
			Targets []struct {
				Expr string `json:"expr"`
			} `json:"targets"`
		} `json:"panels"`
	}
	if err := json.Unmarshal(text, &dashboard); err != nil {
		t.Fatal(err)
	}
	var queries []string
	for _, panel := range dashboard.Panels {
		if panel.Title == "" || len(panel.Targets) == 0 {
			t.Errorf("a panel has no title or no query: %+v", panel)
		}
		for _, target := range panel.Targets {
			queries = append(queries, target.Expr)
		}
	}
	if len(queries) == 0 {
		t.Fatal("the dashboard asks nothing")
	}
	return queries
}
