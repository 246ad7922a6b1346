package analyzer

import (
	_ "embed"
	"strings"
)

// plans says what the types of both SDKs have in common. A test compares them and writes the file (-update).
//
//	func	user.Update	Users.Update	1,params	UserUpdateParams	FirstName=FirstName:opt …
//	type	DeletedResource	DeletedObject
//	params	user.UpdateParams	user.Update
//	field	User.CreatedAt	CreatedAt	int64 here is Timestamp
//
//go:embed plans_gen.tsv
var plans string

// call says how a function of the official SDK is called here.
type call struct {
	method string // Users.Update
	// args are the arguments after the context: the number of an official argument, the name of a field of its params,
	// "params", "nil", or "?" for one that only a person can give.
	args   []string
	params string // UserUpdateParams; empty where there are none
	fields map[string]field
}

// field says where a field of the official params goes.
type field struct {
	name string
	// rule says how to write the value here, see mover.field.
	rule string
	// typ is the type here, for conv and for the message of ask.
	typ string
}

// change is a field of a result that has another name or type here.
type change struct {
	name string // empty where there is none
	note string // empty where only the name differs
}

// book is what plans_gen.tsv says.
type book struct {
	calls  map[string]call   // by user.Update
	types  map[string]string // by the name in the root package; empty where there is none here; the value of a constant
	fields map[string]change // by User.CreatedAt
	// params is the type of params of the official SDK, such as user.UpdateParams, with the function that it belongs to.
	params map[string]string
}

var known = readPlans(plans)

func readPlans(text string) book {
	b := book{calls: make(map[string]call), types: make(map[string]string), fields: make(map[string]change), params: make(map[string]string)}
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		switch cells[0] {
		case "func":
			b.calls[cells[1]] = call{
				method: cells[2], args: strings.FieldsFunc(cells[3], func(r rune) bool { return r == ',' }),
				params: cells[4], fields: readFields(cells[5]),
			}
		case "params":
			b.params[cells[1]] = cells[2]
		case "type":
			b.types[cells[1]] = cells[2]
		case "field":
			b.fields[cells[1]] = change{name: cells[2], note: cells[3]}
		}
	}
	return b
}

// readFields reads Name=Here:rule:type, with spaces between the fields.
func readFields(text string) map[string]field {
	fields := make(map[string]field)
	for part := range strings.FieldsSeq(text) {
		name, rest, _ := strings.Cut(part, "=")
		here, rest, _ := strings.Cut(rest, ":")
		rule, typ, _ := strings.Cut(rest, ":")
		fields[name] = field{name: here, rule: rule, typ: typ}
	}
	return fields
}
