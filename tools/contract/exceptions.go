package main

// An exception names one finding of one operation or event that is no fault.
type exception struct{ operation, finding string }

// exceptions are places where Clerk itself answers otherwise than its document says, each with the reason.
var exceptions = map[exception]string{
	{"session.pending", `/status: value is not one of the allowed values ["active","revoked","ended","expired","removed","abandoned","replaced"]`}: "the example of this event has the status pending",
}

// accepted are requests of the negative suite that Clerk accepts, each with the reason.
var accepted = map[exception]string{}
