package main

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"go.yaml.in/yaml/v4"
)

//go:embed overlay
var overlayTree embed.FS

var overlayFiles = mustSub(overlayTree, "overlay")

func mustSub(tree fs.FS, dir string) fs.FS {
	sub, err := fs.Sub(tree, dir)
	if err != nil {
		panic(err)
	}
	return sub
}

// overlay is everything the document does not say, or says badly.
type overlay struct {
	Services    []*serviceOverlay
	Operations  []*operationOverlay
	Models      []*modelOverlay
	Params      []*modelOverlay
	Enums       []*enumOverlay
	Corrections []*correction
	Fields      fieldDocs
}

type serviceOverlay struct {
	Name     string `yaml:"name"`
	Singular string `yaml:"singular"` // prefix of the params types
	Doc      string `yaml:"doc"`
	Hand     bool   `yaml:"hand"` // written by hand, for what the document lacks
}

type operationOverlay struct {
	ID      string `yaml:"id"`
	Go      string `yaml:"go"`      // Service.Method
	Retry   string `yaml:"retry"`   // never, safe or idempotent
	Paging  string `yaml:"paging"`  // none, offset or cursor; lists only
	Returns string `yaml:"returns"` // special results: count, raw, text
	Body    string `yaml:"body"`    // type of the items of an array body
	Secret  bool   `yaml:"secret"`  // the params hold a secret
	Doc     string `yaml:"doc"`     // text that follows the method name

	service, name string
}

type modelOverlay struct {
	Go     string        `yaml:"go"`
	From   []string      `yaml:"from"`
	Doc    string        `yaml:"doc"`
	Secret bool          `yaml:"secret"`
	Omit   []string      `yaml:"omit"`
	Fields []*modelField `yaml:"fields"` // of a model that the document lacks; it takes the place of from
	Alias  string        `yaml:"alias"`  // a second name of the same type
	File   string        `yaml:"file"`   // subject of the file that a model of an answer is in: models_FILE_gen.go
}

// modelField is a field of a model that the document lacks.
type modelField struct {
	Name     string `yaml:"name"`
	Type     string `yaml:"type"` // as in a correction
	Nullable bool   `yaml:"nullable"`
}

type enumOverlay struct {
	Go     string            `yaml:"go"`
	At     []string          `yaml:"at"`
	Doc    string            `yaml:"doc"`
	Names  map[string]string `yaml:"names"`
	Values []string          `yaml:"values"` // for plain strings whose values live in prose
}

// correction changes one field of one schema, for a stated reason.
type correction struct {
	At       string   `yaml:"at"`
	Add      string   `yaml:"add"`
	Type     string   `yaml:"type"`
	Nullable *bool    `yaml:"nullable"`
	Required *bool    `yaml:"required"`
	Reason   string   `yaml:"reason"`
	Enum     []string `yaml:"enum"`
}

// fieldDocs are sentences without their subject: "is the time of …".
type fieldDocs struct {
	Common map[string]string `yaml:"common"` // by wire name
	Exact  map[string]string `yaml:"exact"`  // by Type.wire_name
	Names  map[string]string `yaml:"names"`  // Go names that do not follow from the wire name
	Times  []string          `yaml:"times"`  // wire names of moments that do not end in _at
}

func loadOverlay(files fs.FS) (*overlay, error) {
	ov := &overlay{}
	parts := []struct {
		name string
		into any
	}{
		{"services.yaml", &ov.Services},
		{"operations.yaml", &ov.Operations},
		{"models.yaml", &ov.Models},
		{"params.yaml", &ov.Params},
		{"enums.yaml", &ov.Enums},
		{"corrections.yaml", &ov.Corrections},
		{"fields.yaml", &ov.Fields},
	}
	for _, part := range parts {
		data, err := fs.ReadFile(files, part.name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		dec := yaml.NewDecoder(bytes.NewReader(data))
		dec.KnownFields(true)
		if err := dec.Decode(part.into); err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%s: %w", part.name, err)
		}
	}
	for _, op := range ov.Operations {
		op.service, op.name, _ = strings.Cut(op.Go, ".")
	}
	return ov, nil
}

func (ov *overlay) operation(id string) *operationOverlay {
	for _, op := range ov.Operations {
		if op.ID == id {
			return op
		}
	}
	return nil
}

func (ov *overlay) service(name string) *serviceOverlay {
	for _, s := range ov.Services {
		if s.Name == name {
			return s
		}
	}
	return nil
}
