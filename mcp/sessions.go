package clerkmcp

import (
	"container/list"
	"net/http"
	"sync"
)

const sessionHeader = "Mcp-Session-Id"

// sessions remembers who began which session of MCP. Those that nobody who is signed in has used yet have room of their
// own, so that callers without a token cannot push out others.
type sessions struct {
	mu        sync.Mutex
	max       int
	known     map[string]*list.Element // of *session
	owned     list.List                // the one used last in front
	anonymous list.List
}

type session struct {
	id    string
	owner owner
}

func newSessions(size int) *sessions {
	return &sessions{max: size, known: map[string]*list.Element{}}
}

func (s *sessions) listOf(o owner) *list.List {
	if o == (owner{}) {
		return &s.anonymous
	}
	return &s.owned
}

// add remembers a session that began.
func (s *sessions) add(id string, o owner) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(id)
	l := s.listOf(o)
	s.known[id] = l.PushFront(&session{id: id, owner: o})
	if l.Len() > s.max {
		s.drop(l.Back().Value.(*session).id)
	}
}

// remove forgets a session.
func (s *sessions) remove(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(id)
}

func (s *sessions) drop(id string) {
	if e := s.known[id]; e != nil {
		delete(s.known, id)
		s.listOf(e.Value.(*session).owner).Remove(e)
	}
}

// use reports whether a session is known, and whether it belongs to a caller. One that began without a token belongs to
// the first caller with one.
func (s *sessions) use(id string, o owner) (known, own bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.known[id]
	if e == nil {
		return false, false
	}
	held := e.Value.(*session)
	switch held.owner {
	case o:
		s.listOf(o).MoveToFront(e)
	case owner{}:
		s.anonymous.Remove(e)
		held.owner = o
		s.known[id] = s.owned.PushFront(held)
		if s.owned.Len() > s.max {
			s.drop(s.owned.Back().Value.(*session).id)
		}
	default:
		return true, false
	}
	return true, true
}

// withSession passes a request on if it belongs to a session of its own or begins one. The session of somebody else is
// answered like one that does not exist.
func (v *visit) withSession(r *http.Request, next http.Handler) {
	s := v.guard.sessions
	ids := r.Header[sessionHeader]
	if s == nil {
		if ids != nil {
			r.Header = r.Header.Clone()
			r.Header.Del(sessionHeader)
		}
		next.ServeHTTP(v.w, r)
		return
	}
	caller := ownerOf(v.caller.State)
	switch len(ids) {
	case 0:
		next.ServeHTTP(&sessionWriter{ResponseWriter: v.w, sessions: s, owner: caller}, r)
		return
	case 1:
	default:
		v.refuse(&refusal{status: http.StatusBadRequest, rpc: codeInvalidRequest, code: "invalid_request", text: "There is more than one session id."})
		return
	}
	id := ids[0]
	known, own := s.use(id, caller)
	switch {
	case known && !own && caller == owner{}:
		v.refuse(&refusal{
			status: http.StatusUnauthorized, rpc: codeUnauthenticated, text: "A token is needed.", anonymous: true, challenge: true,
			scopes: v.guard.asked(v.guard.baseline),
		})
	case !own:
		v.refuse(&refusal{status: http.StatusNotFound, rpc: codeNoSession, code: "invalid_request", text: "There is no such session."})
	case r.Method == http.MethodDelete:
		w := &sessionWriter{ResponseWriter: v.w}
		next.ServeHTTP(w, r)
		if w.status < 300 {
			s.remove(id)
		}
	default:
		next.ServeHTTP(v.w, r)
	}
}

// sessionWriter notices the session that an answer begins.
type sessionWriter struct {
	http.ResponseWriter

	sessions *sessions // nil where none can begin
	owner    owner
	status   int // zero before the header is written
}

// WriteHeader implements [http.ResponseWriter].
func (w *sessionWriter) WriteHeader(status int) {
	w.begin(status)
	w.ResponseWriter.WriteHeader(status)
}

// Write implements [http.ResponseWriter].
func (w *sessionWriter) Write(b []byte) (int, error) {
	w.begin(http.StatusOK)
	return w.ResponseWriter.Write(b)
}

// Flush implements [http.Flusher].
func (w *sessionWriter) Flush() {
	w.begin(http.StatusOK)
	_ = http.NewResponseController(w.ResponseWriter).Flush()
}

// Unwrap is for [http.ResponseController].
func (w *sessionWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *sessionWriter) begin(status int) {
	if w.status != 0 || status < 200 {
		return
	}
	w.status = status
	if id := w.Header().Get(sessionHeader); id != "" && w.sessions != nil {
		w.sessions.add(id, w.owner)
	}
}
