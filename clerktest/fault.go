package clerktest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// Fault makes Backend API calls slow or makes them fail, to test how an application handles that.
type Fault struct {
	// Operation is the operation id to disturb, GetUser for example; empty means every operation.
	Operation string `json:"operation"`
	// Status is the answer's HTTP status; zero lets the call go on, after Latency.
	Status int `json:"status"`
	// Code is the error's code; empty chooses one that fits the status.
	Code string `json:"code"`
	// RetryAfter is sent as the Retry-After header when positive, in whole seconds.
	RetryAfter time.Duration `json:"-"`
	// Latency delays the call in real time, before anything else; zero does not.
	Latency time.Duration `json:"-"`
	// Disconnect drops the connection without an answer.
	Disconnect bool `json:"disconnect"`
	// Times is how many calls are disturbed before the fault goes away; zero means all until it is removed.
	Times int `json:"times"`
	// Probability is the share of calls that are disturbed, above 0 and up to 1; zero means every one.
	Probability float64 `json:"probability"`
}

// faults are the active faults of one instance.
type faults struct {
	mu     sync.Mutex
	active []*Fault
	random rand.PCG // begins with the same number each time: repeatable on purpose
}

// AddFault activates a fault and returns a function that removes it. It returns an error if the operation does not
// exist or a number is out of range.
func (in *Instance) AddFault(f Fault) (remove func(), err error) {
	if err := in.checkFault(&f); err != nil {
		return nil, fmt.Errorf("clerktest: AddFault: %w", err)
	}
	in.faults.add(&f)
	in.keepFaults()
	return func() {
		in.faults.remove(&f)
		in.keepFaults()
	}, nil
}

func (in *Instance) checkFault(f *Fault) error {
	switch {
	case f.Operation != "" && in.emulator.operations[f.Operation] == nil:
		return errors.New("there is no operation " + f.Operation)
	case f.Status != 0 && (f.Status < 300 || f.Status > 599):
		return errors.New("field Status must be an HTTP status from 300 to 599")
	case f.Probability < 0 || f.Probability > 1 || f.Times < 0 || f.Latency < 0:
		return errors.New("field Probability, Times or Latency is out of range")
	case f.Status == 0 && f.Latency == 0 && !f.Disconnect:
		return errors.New("the fault does nothing")
	}
	return nil
}

// Faults returns the active faults.
func (in *Instance) Faults() []Fault {
	set := &in.faults
	set.mu.Lock()
	defer set.mu.Unlock()
	out := make([]Fault, len(set.active))
	for i, f := range set.active {
		out[i] = *f
	}
	return out
}

// ClearFaults removes every fault.
func (in *Instance) ClearFaults() {
	in.faults.clear()
	in.keepFaults()
}

func (set *faults) add(f *Fault) {
	set.mu.Lock()
	defer set.mu.Unlock()
	set.active = append(set.active, f)
}

func (set *faults) clear() {
	set.mu.Lock()
	defer set.mu.Unlock()
	set.active = nil
}

func (set *faults) remove(gone *Fault) {
	set.mu.Lock()
	defer set.mu.Unlock()
	set.drop(gone)
}

func (set *faults) drop(gone *Fault) {
	for i, f := range set.active {
		if f == gone {
			set.active = append(set.active[:i:i], set.active[i+1:]...)
			return
		}
	}
}

// pick returns the first fault that hits a call of this operation.
func (set *faults) pick(operation string) (hit Fault, ok bool) {
	set.mu.Lock()
	defer set.mu.Unlock()
	for _, f := range set.active {
		if f.Operation != "" && f.Operation != operation {
			continue
		}
		if f.Probability > 0 && rand.New(&set.random).Float64() >= f.Probability { //nolint:gosec // repeatable on purpose
			continue
		}
		hit = *f
		switch f.Times {
		case 0:
		case 1:
			set.drop(f)
		default:
			f.Times--
		}
		return hit, true
	}
	return Fault{}, false
}

func faultsFamily() family { return family{intercept: disturb} }

// disturb lets the active faults of the instance act on a call.
func disturb(c *call) error {
	f, ok := c.inst.faults.pick(c.endpoint.op.id)
	if !ok {
		return nil
	}
	if f.Times > 0 {
		c.inst.keepFaults()
	}
	if f.Latency > 0 {
		timer := time.NewTimer(f.Latency)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-c.r.Context().Done():
			return &apiError{drop: true}
		}
	}
	switch {
	case f.Disconnect:
		return &apiError{drop: true}
	case f.Status == 0:
		return nil
	}
	code := f.Code
	if code == "" {
		code = faultCode(f.Status)
	}
	refusal := newError(f.Status, code, http.StatusText(f.Status), "this answer was ordered by a fault of the emulator")
	refusal.retryAfter = int(f.RetryAfter / time.Second)
	return refusal
}

func faultCode(status int) string {
	switch {
	case status == http.StatusTooManyRequests:
		return codeTooManyRequests
	case status >= http.StatusInternalServerError:
		return "internal_clerk_error"
	case status == http.StatusNotFound:
		return "resource_not_found"
	default:
		return "request_refused"
	}
}
