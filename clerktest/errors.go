package clerktest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// apiError is an answer in Clerk's error shape.
type apiError struct {
	status     int
	items      []errorItem
	retryAfter int  // seconds, sent when positive
	drop       bool // cut the connection instead of answering
}

// errorItem is one entry of the errors array.
type errorItem struct {
	Message     string         `json:"message"`
	LongMessage string         `json:"long_message"`
	Code        string         `json:"code"`
	Meta        map[string]any `json:"meta,omitzero"`
}

// errorBody is the JSON document of a refused request.
type errorBody struct {
	Errors  []errorItem `json:"errors"`
	TraceID string      `json:"clerk_trace_id"`
}

func (e *apiError) Error() string {
	if len(e.items) == 0 {
		return fmt.Sprintf("clerktest: refused with %d", e.status)
	}
	return fmt.Sprintf("clerktest: refused with %d %s: %s", e.status, e.items[0].Code, e.items[0].LongMessage)
}

// newError is an error with one item.
func newError(status int, code, message, long string) *apiError {
	return &apiError{status: status, items: []errorItem{{Message: message, LongMessage: long, Code: code}}}
}

// paramError is a 422 that names the parameter in meta.param_name.
func paramError(code, param, message, long string) *apiError {
	return &apiError{status: http.StatusUnprocessableEntity, items: []errorItem{{
		Message: message, LongMessage: long, Code: code, Meta: map[string]any{"param_name": param},
	}}}
}

func errParamMissing(param string) *apiError {
	return paramError("form_param_missing", param, "is missing", param+" has to be given")
}

func errParamUnknown(param string) *apiError {
	return paramError("form_param_unknown", param, "is unknown", param+" is not a parameter of this request")
}

func errParamType(param, want string) *apiError {
	return paramError("form_param_type_invalid", param, "is invalid", param+" has to be of type "+want)
}

func errParamNil(param string) *apiError {
	return paramError("form_param_nil", param, "is missing", param+" must not be null or empty")
}

func errParamFormat(param, want string) *apiError {
	return paramError("form_param_format_invalid", param, "is invalid", param+" has to be "+want)
}

func errParamValue(param, want string) *apiError {
	return paramError("form_param_value_invalid", param, "is invalid", param+" has to be "+want)
}

// errTaken refuses an identifier that another record already has.
func errTaken(param string) *apiError {
	return paramError("form_identifier_exists", param, "is taken", param+" is already in use, choose another one")
}

// errNotFound is the 404 of a record that does not exist.
func errNotFound(kind string) *apiError {
	return newError(http.StatusNotFound, "resource_not_found", "not found", "there is no "+kind+" with this identifier")
}

func errBodyInvalid(long string) *apiError {
	return newError(http.StatusBadRequest, "request_body_invalid", "request body is invalid", long)
}

func errBadRequest(code, long string) *apiError {
	return newError(http.StatusBadRequest, code, "bad request", long)
}

func errConflict(code, long string) *apiError {
	return newError(http.StatusConflict, code, "conflict", long)
}

// errRule refuses what the state of other records does not permit.
func errRule(code, long string) *apiError {
	return newError(http.StatusUnprocessableEntity, code, "not permitted", long)
}

func errForbidden(code, long string) *apiError {
	return newError(http.StatusForbidden, code, "forbidden", long)
}

func errKeyMissing() *apiError {
	return newError(http.StatusUnauthorized, "authorization_header_format_invalid", "Authorization header is invalid",
		"the Authorization header has to be Bearer and the secret key")
}

func errKeyInvalid() *apiError {
	return newError(http.StatusUnauthorized, "clerk_key_invalid", "secret key is invalid",
		"this secret key does not belong to an instance of this emulator")
}

func errKeyLive() *apiError {
	return newError(http.StatusUnauthorized, "clerk_key_invalid", "live key refused",
		"this is a local emulator and it refuses live keys: replace a key that was sent here by mistake")
}

// errBulkSize refuses a request that names more records than one may.
func errBulkSize(most int) *apiError {
	return errBadRequest("bulk_size_exceeded", fmt.Sprintf("a request may name up to %d records", most))
}

// errNotEmulated names the operation, so that a gap of the emulator is never mistaken for a missing record or a wrong
// path.
func errNotEmulated(op *operation) *apiError {
	return &apiError{status: http.StatusNotImplemented, items: []errorItem{{
		Code: "operation_not_emulated", Message: "not emulated",
		LongMessage: op.method + " " + op.path + " (" + op.id + ") exists at Clerk, this emulator does not offer it",
		Meta:        map[string]any{"operation_id": op.id},
	}}}
}

func errNoRoute() *apiError {
	return newError(http.StatusNotFound, "resource_not_found", "not found", "no operation has this path")
}

func errMethod() *apiError {
	return newError(http.StatusMethodNotAllowed, "method_not_allowed", "method not allowed", "no operation has this method on this path")
}

// errNotKept says that the disk refused a change, which was not made.
func errNotKept(err error) *apiError {
	return newError(http.StatusInternalServerError, "data_folder_not_writable", "the change could not be kept",
		"the data folder cannot be written, so nothing was changed: "+err.Error())
}

func errInternal() *apiError {
	return newError(http.StatusInternalServerError, "internal_clerk_error", "internal error", "the emulator failed to answer, please report it")
}

// writeFrontendError answers a Frontend API request in Clerk's error shape.
func writeFrontendError(w http.ResponseWriter, err error) {
	var refused *apiError
	if !errors.As(err, &refused) {
		refused = errInternal()
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(refused.status)
	_ = json.NewEncoder(w).Encode(errorBody{Errors: refused.items, TraceID: randomHex(16)})
}
