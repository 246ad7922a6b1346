package clerktest

import (
	"encoding/json"
	"fmt"
)

// metadata is a free-form JSON object. It is never changed in place.
type metadata = json.RawMessage

var emptyMetadata = metadata("{}")

// orEmpty is the metadata, {} when there is none.
func orEmpty(m metadata) metadata {
	if len(m) == 0 || string(m) == "null" {
		return emptyMetadata
	}
	return m
}

// compactJSON is raw without insignificant space.
func compactJSON(raw json.RawMessage) metadata {
	var v map[string]json.RawMessage
	if json.Unmarshal(raw, &v) != nil || v == nil {
		return emptyMetadata
	}
	out, err := json.Marshal(v)
	if err != nil {
		return emptyMetadata
	}
	return out
}

// mergeMetadata lays patch over m as Clerk's merge endpoints do: objects are merged at every depth, null removes the
// key, anything else replaces.
func mergeMetadata(m, patch metadata) metadata {
	if len(patch) == 0 || string(patch) == "null" {
		return orEmpty(m)
	}
	return mergeValue(orEmpty(m), patch)
}

func mergeValue(old, patch json.RawMessage) json.RawMessage {
	var changes map[string]json.RawMessage
	if json.Unmarshal(patch, &changes) != nil || changes == nil {
		return patch
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(old, &fields) != nil || fields == nil {
		fields = map[string]json.RawMessage{}
	}
	for key, value := range changes {
		if string(value) == "null" {
			delete(fields, key)
			continue
		}
		fields[key] = mergeValue(fields[key], value)
	}
	merged, err := json.Marshal(fields)
	if err != nil {
		return old
	}
	return merged
}

// checkMetadata refuses metadata above Clerk's size limit.
func checkMetadata(param string, m metadata) error {
	if len(m) > maxMetadata {
		return paramError("form_param_exceeds_allowed_size", param, "is too large", param+" is larger than 8 KB")
	}
	return nil
}

const maxMetadata = 8 << 10

func marshalMetadata(m map[string]any) (metadata, error) {
	raw, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("clerktest: metadata: %w", err)
	}
	return raw, nil
}

func seedMetadata(f *field[metadata], raw json.RawMessage) {
	if len(raw) > 0 {
		f.Set, f.Value = true, raw
	}
}

// giveMetadata fills a field from a map, unless the map is nil.
func giveMetadata(f *field[metadata], m map[string]any) error {
	if m == nil {
		return nil
	}
	raw, err := marshalMetadata(m)
	if err != nil {
		return err
	}
	f.Set, f.Value = true, raw
	return nil
}
