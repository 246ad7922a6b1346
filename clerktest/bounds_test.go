package clerktest

import (
	"strconv"
	"testing"
	"time"
)

func TestOutbox_ForgetsTheOldest(t *testing.T) {
	t.Parallel()
	in := NewServer(t).Instance
	in.edit("send", func(x *tx) error {
		for i := range outboxCap + 2 {
			x.sendEmail(outboxEmail{To: "ada@example.com", Code: strconv.Itoa(i)})
			x.sendText(outboxText{To: "+15555550100", Code: strconv.Itoa(i)})
		}
		return nil
	})
	emails, texts := in.Emails(), in.TextMessages()
	if len(emails) != outboxCap || len(texts) != outboxCap {
		t.Fatalf("got %d e-mails and %d text messages, want %d of each", len(emails), len(texts), outboxCap)
	}
	if emails[0].Code != "2" || texts[0].Code != "2" {
		t.Errorf("got %s and %s as the oldest, want the third of each", emails[0].Code, texts[0].Code)
	}
}

func TestHandshake_ForgetsNoncesThatExpired(t *testing.T) {
	t.Parallel()
	in := NewServer(t).Instance
	nonces := func() (n int) {
		_ = in.read(func(x *tx) error { n = tableHandshakeNonces.size(x); return nil })
		return n
	}
	for range 3 {
		in.edit("nonce", func(x *tx) error { x.newHandshakeNonce(nil); return nil })
		in.Clock().Advance(nonceLifetime + time.Second)
	}
	if got := nonces(); got != 1 {
		t.Errorf("got %d nonces, want only the latest", got)
	}
}

func TestWebhook_ForgetsTheOldestThatWait(t *testing.T) {
	t.Parallel()
	in := NewServer(t).Instance
	waiting, err := in.AddWebhook("http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	holding, err := in.AddWebhook("http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	holding.Hold()
	waiting.set(func() { waiting.running = true }) // as while an attempt takes its time
	in.edit("emit", func(x *tx) error {
		for i := range waitingCap + 2 {
			x.emit("test.event", i)
		}
		return nil
	})
	if got := waiting.Pending(); got != waitingCap {
		t.Errorf("got %d messages that wait, want %d", got, waitingCap)
	}
	if got := len(holding.held); got != waitingCap || string(holding.held[0].Data) != "2" {
		t.Errorf("got %d messages on hold, the first %s; want %d from the third on", got, holding.held[0].Data, waitingCap)
	}
}

func TestBrowsers_ForgetTheOldestThatNobodySignedInOn(t *testing.T) {
	t.Parallel()
	in := NewServer(t).Instance
	known := in.NewBrowser()
	in.SignInBrowser(known, in.CreateUser(User{}).ID)
	in.edit("browsers", func(x *tx) error {
		for range maxAnonymous + 5 {
			x.newBrowser("")
			x.newHandshakeNonce(nil)
		}
		return nil
	})
	_ = in.read(func(x *tx) error {
		if got := tableBrowsers.size(x); got != maxAnonymous+1 {
			t.Errorf("got %d browsers, want %d and the one with a session", got, maxAnonymous)
		}
		if tableBrowsers.get(x, known) == nil {
			t.Error("the browser with a session is gone")
		}
		if got := tableDevices.size(x); got > maxAnonymous+2 {
			t.Errorf("got %d clients, want those of the browsers", got)
		}
		if got := tableHandshakeNonces.size(x); got != maxNonces {
			t.Errorf("got %d nonces, want %d", got, maxNonces)
		}
		return nil
	})
}

func TestEvents_AreBoundedByBytes(t *testing.T) {
	t.Parallel()
	l := newEventLog(func(Event) {})
	data := make([]byte, eventBytesCap/4)
	for range 6 {
		l.append([]Event{{Data: data}})
	}
	events, next, _ := l.since(0)
	if len(events) != 4 || next != 6 {
		t.Errorf("got %d events up to %d, want the 4 that fit and 6", len(events), next)
	}
}
