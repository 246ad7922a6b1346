package clerktest

import (
	_ "embed" // the tables of operations
	"fmt"
	"strconv"
	"strings"
	"sync"
)

var (
	//go:embed operations.txt
	operationsText string
	//go:embed frontend_operations.txt
	frontendOperationsText string
)

// operation is one line of a table: everything the document says about an operation that routing and validation need.
type operation struct {
	id     string
	method string
	path   string // template, "/users/{user_id}"
	status int
	shape  answerShape
	body   bodyKind
	bulk   bool // the body is an array of objects
	query  []param
	fields []param
}

// answerShape says how a successful answer is laid out.
type answerShape string

const (
	shapeObject  answerShape = "object"
	shapeArray   answerShape = "array" // bare, an envelope with paginated=true
	shapeList    answerShape = "list"  // data and total_count
	shapeM2M     answerShape = "m2m_tokens"
	shapeEmpty   answerShape = "empty"
	shapeWrapped answerShape = "wrapped" // in response, beside the client
)

// bodyKind says how a request body is sent.
type bodyKind string

const (
	bodyNone      bodyKind = "-"
	bodyJSON      bodyKind = "json"
	bodyMultipart bodyKind = "multipart"
	bodyForm      bodyKind = "form"
)

// param is one query parameter or body field.
type param struct {
	name     string
	kind     string // string integer number boolean object any
	array    bool
	required bool
	nullable bool
	least    *int64 // of a number, of a text's length, of an array's length
	most     *int64
	allowed  []string
}

// allOperations returns the table of the whole Backend API by operation id, frontendOperations that of the Frontend
// API.
var (
	allOperations      = sync.OnceValue(func() map[string]*operation { return parseOperations(operationsText) })
	frontendOperations = sync.OnceValue(func() map[string]*operation { return parseOperations(frontendOperationsText) })
)

func parseOperations(table string) map[string]*operation {
	ops := make(map[string]*operation, 256)
	for line := range strings.Lines(table) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		op := parseOperation(line)
		ops[op.id] = op
	}
	return ops
}

func parseOperation(line string) *operation {
	f := strings.Split(line, "\t")
	if len(f) != 8 {
		panic("clerktest: table of operations: malformed line " + line)
	}
	status, err := strconv.Atoi(f[3])
	if err != nil {
		panic(fmt.Sprintf("clerktest: table of operations: status of %s: %v", f[0], err))
	}
	op := &operation{id: f[0], method: f[1], path: f[2], status: status, shape: answerShape(f[4]), body: bodyKind(f[5])}
	op.query, _ = parseParams(f[6])
	op.fields, op.bulk = parseParams(f[7])
	return op
}

func parseParams(text string) (params []param, bulk bool) {
	if text == "-" {
		return nil, false
	}
	for word := range strings.FieldsSeq(text) {
		if word == "[]" {
			bulk = true
			continue
		}
		params = append(params, parseParam(word))
	}
	return params, bulk
}

// parseParam reads name*?:type{least..most}=a|b.
func parseParam(word string) param {
	name, kind, _ := strings.Cut(word, ":")
	var p param
	name, p.nullable = strings.CutSuffix(name, "?")
	p.name, p.required = strings.CutSuffix(name, "*")
	kind, allowed, ok := strings.Cut(kind, "=")
	if ok {
		p.allowed = strings.Split(allowed, "|")
	}
	kind, bounds, ok := strings.Cut(kind, "{")
	if ok {
		low, high, _ := strings.Cut(strings.TrimSuffix(bounds, "}"), "..")
		p.least, p.most = parseBound(low), parseBound(high)
	}
	p.kind, p.array = strings.CutSuffix(kind, "[]")
	return p
}

func parseBound(text string) *int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil
	}
	return &n
}
