package clerktest

import (
	"encoding/json"
	"sync"
)

// An event log remembers so many events, and so many bytes of what they tell.
const (
	eventLogCap   = 10_000
	eventBytesCap = 64 << 20
)

// Event is one state change as Clerk's webhooks announce it.
type Event struct {
	ID         string          `json:"id"`   // message id
	Type       string          `json:"type"` // user.created
	Timestamp  int64           `json:"timestamp"`
	InstanceID string          `json:"instance_id"`
	ClientIP   string          `json:"client_ip,omitzero"`
	UserAgent  string          `json:"user_agent,omitzero"`
	Data       json.RawMessage `json:"data"`
}

// eventLog keeps the events of an instance and hands them to subscribers.
type eventLog struct {
	deliver     func(Event) // sees the events in the order of the changes; must not wait
	mu          sync.Mutex
	events      []Event
	bytes       int // of their data
	dropped     int
	subscribers map[int]func(Event)
	nextID      int
	wake        chan struct{} // closed and replaced when an event arrives
}

func newEventLog(deliver func(Event)) *eventLog {
	return &eventLog{deliver: deliver, subscribers: map[int]func(Event){}, wake: make(chan struct{})}
}

// append is called under the instance's lock, so that the log has the order of the changes.
func (l *eventLog) append(events []Event) {
	if len(events) == 0 {
		return
	}
	l.mu.Lock()
	for _, ev := range events {
		l.events = append(l.events, ev)
		l.bytes += len(ev.Data)
	}
	for len(l.events) > eventLogCap || (l.bytes > eventBytesCap && len(l.events) > 1) {
		l.bytes -= len(l.events[0].Data)
		l.events[0] = Event{}
		l.events = l.events[1:]
		l.dropped++
	}
	close(l.wake)
	l.wake = make(chan struct{})
	l.mu.Unlock()
	for _, ev := range events {
		l.deliver(ev)
	}
}

// publish runs the subscribers outside of every lock.
func (l *eventLog) publish(events []Event) {
	if len(events) == 0 {
		return
	}
	l.mu.Lock()
	subscribers := make([]func(Event), 0, len(l.subscribers))
	for id := range l.nextID {
		if fn := l.subscribers[id]; fn != nil {
			subscribers = append(subscribers, fn)
		}
	}
	l.mu.Unlock()
	for _, ev := range events {
		for _, fn := range subscribers {
			fn(ev)
		}
	}
}

func (l *eventLog) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dropped += len(l.events)
	l.events, l.bytes = nil, 0
}

// subscribe registers fn for every later event and returns how to end that.
func (l *eventLog) subscribe(fn func(Event)) (cancel func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	id := l.nextID
	l.nextID++
	l.subscribers[id] = fn
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.subscribers, id)
	}
}

// since returns the events from position from on, the position after the last one, and a channel that closes when
// another arrives.
func (l *eventLog) since(from int) (events []Event, next int, more <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	next = l.dropped + len(l.events)
	start := max(from-l.dropped, 0)
	if start < len(l.events) {
		events = append(events, l.events[start:]...)
	}
	return events, next, l.wake
}

// Events returns the events of the instance so far, oldest first.
func (in *Instance) Events() []Event {
	events, _, _ := in.events.since(0)
	return events
}

// OnEvent registers a function that runs after every committed state change, in the goroutine that made it. The
// returned function ends the registration.
func (in *Instance) OnEvent(fn func(Event)) (cancel func()) { return in.events.subscribe(fn) }
