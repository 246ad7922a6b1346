package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

const pageSize = 500

// template is a user whose id, address and time are filled in.
type template []string

const idMark, mailMark, timeMark = "@id@", "@mail@", "1111111111111"

// newTemplate takes the JSON of a user apart.
func newTemplate(file string) (template, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var user map[string]any
	if err := json.Unmarshal(text, &user); err != nil {
		return nil, err
	}
	user["id"] = idMark
	user["created_at"], user["updated_at"] = json.Number(timeMark), json.Number(timeMark)
	user["primary_email_address_id"] = "idn_1"
	user["email_addresses"] = []any{map[string]any{
		"id": "idn_1", "object": "email_address", "email_address": mailMark, "reserved": false,
		"verification": map[string]any{"status": "verified", "strategy": "from_oauth_google"}, "linked_to": []any{},
		"created_at": 1, "updated_at": 1,
	}}
	out, err := json.Marshal(user)
	if err != nil {
		return nil, err
	}
	mark := strings.NewReplacer(idMark, "\x00i\x00", mailMark, "\x00m\x00", timeMark, "\x00t\x00")
	return strings.Split(mark.Replace(string(out)), "\x00"), nil
}

func userID(n int) string   { return fmt.Sprintf("user_2%026d", n) }
func userMail(n int) string { return fmt.Sprintf("somebody%d@example.com", n) }
func userTime(n int) int64  { return 1_600_000_000_000 + int64(n) }

// write appends the JSON of a user.
func (t template) write(b *bytes.Buffer, n int) {
	for i, part := range t {
		switch {
		case i%2 == 0:
			b.WriteString(part)
		case part == "i":
			b.WriteString(userID(n))
		case part == "m":
			b.WriteString(userMail(n))
		default:
			b.WriteString(strconv.FormatInt(userTime(n), 10))
		}
	}
}

// serve plays Clerk for backfills until its standard input ends.
func serve(file string, users int) error {
	t, err := newTemplate(file)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/users", func(w http.ResponseWriter, r *http.Request) {
		from := 0
		if after := r.URL.Query().Get("starting_after"); after != "" {
			from, _ = strconv.Atoi(strings.TrimPrefix(after, "user_2"))
			from++
		}
		if offset, _ := strconv.Atoi(r.URL.Query().Get("offset")); offset > 0 {
			from = offset
		}
		b := bytes.NewBufferString("[")
		for n := from; n < min(from+pageSize, users); n++ {
			if n > from {
				b.WriteByte(',')
			}
			t.write(b, n)
		}
		b.WriteByte(']')
		_, _ = w.Write(b.Bytes())
	})
	answer := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) }
	}
	mux.HandleFunc("GET /v1/users/count", answer(fmt.Sprintf(`{"object":"total_count","total_count":%d}`, users)))
	mux.HandleFunc("GET /v1/instance", answer(`{"object":"instance","id":"ins_1"}`))
	mux.HandleFunc("GET /v1/organizations", answer(`{"data":[],"total_count":0}`))
	mux.HandleFunc("GET /v1/organization_memberships", answer(`{"data":[],"total_count":0}`))
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a local listener does not wait
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	go func() {
		_, _ = bufio.NewReader(os.Stdin).ReadByte()
		os.Exit(0)
	}()
	return (&http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}).Serve(listener)
}

// startServer starts this program as the server, with the flags it was given itself.
func startServer(ctx context.Context) (address string, end func(), err error) {
	cmd := exec.CommandContext(ctx, os.Args[0], append(os.Args[1:], "-serve")...) //nolint:gosec // itself
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	return "http://" + strings.TrimSpace(line), func() { _ = in.Close(); _ = cmd.Wait() }, err
}
