package clerk

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

const (
	// maxErrorItems is how many entries of an error answer are kept.
	maxErrorItems = 100
	// maxErrorTexts is how many of them Error prints.
	maxErrorTexts = 3
	// maxMessage is how long a printed message may be.
	maxMessage = 200
	// maxSentValues is how many values of a request are looked for in a message. With more there are no messages.
	maxSentValues = 1000

	redacted = "[...]"
)

// sentValues are the values that a request carried, which must not be printed.
type sentValues []string

// sent collects the values of the request, for the text of an error; nil if there are too many.
func (r *request) sent() sentValues {
	values := sentValues{r.cfg.secretKey.reveal()}
	values = append(values, r.params.Path...)
	for _, list := range r.params.Query {
		values = append(values, list...)
	}
	for _, list := range r.cfg.query {
		values = append(values, list...)
	}
	if m, ok := r.params.Body.(*Multipart); ok && m != nil {
		values = append(values, m.FileName)
		for _, value := range m.Fields {
			values = append(values, value)
		}
	}
	if r.body != nil {
		var body any
		decoder := json.NewDecoder(strings.NewReader(string(r.body.encoded)))
		decoder.UseNumber()
		if decoder.Decode(&body) == nil {
			values = appendValues(values, body)
		}
	}
	if len(values) > maxSentValues {
		return nil
	}
	// A value is replaced before another one that is a part of it.
	slices.SortFunc(values, func(a, b string) int { return len(b) - len(a) })
	return values
}

// appendValues appends the texts and numbers in a JSON value, names of free maps included.
func appendValues(values sentValues, value any) sentValues {
	if len(values) > maxSentValues {
		return values
	}
	switch value := value.(type) {
	case string:
		values = append(values, value)
	case json.Number:
		values = append(values, value.String())
	case []any:
		for _, element := range value {
			values = appendValues(values, element)
		}
	case map[string]any:
		for _, element := range value {
			values = appendValues(values, element)
		}
	}
	return values
}

// plainMessage returns a message of Clerk in a form that can be printed: one line of ASCII without the values that were
// sent and without words that look like an address, a number of a person, an id or a key.
func (s sentValues) plainMessage(message string) string {
	if len(message) > 4*maxMessage {
		return ""
	}
	for _, value := range s {
		for _, form := range []string{value, url.PathEscape(value), url.QueryEscape(value)} {
			message = replaceWord(message, form)
		}
	}
	var b strings.Builder
	for word := range strings.FieldsSeq(message) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		if looksPersonal(word) {
			word = redacted
		}
		b.WriteString(word)
	}
	text := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, b.String())
	if len(text) > maxMessage {
		text = text[:maxMessage] + "..."
	}
	return text
}

// replaceWord replaces a value where it stands for itself and is not a part of a longer word.
func replaceWord(message, value string) string {
	if value == "" || strings.TrimSpace(value) == "" {
		return message
	}
	var b strings.Builder
	for {
		at := indexFold(message, value)
		if at < 0 {
			break
		}
		end := at + len(value)
		whole := len(value) >= 4 || (at == 0 || !isWordByte(message[at-1])) && (end == len(message) || !isWordByte(message[end]))
		b.WriteString(message[:at])
		if whole {
			b.WriteString(redacted)
		} else {
			b.WriteString(message[at:end])
		}
		message = message[end:]
	}
	b.WriteString(message)
	return b.String()
}

// indexFold is strings.Index for ASCII in any case.
func indexFold(text, part string) int {
	for i := 0; i+len(part) <= len(text); i++ {
		if strings.EqualFold(text[i:i+len(part)], part) {
			return i
		}
	}
	return -1
}

// looksPersonal reports whether a word looks like an e-mail address, a number with many digits, an id or a key.
func looksPersonal(word string) bool {
	digits, letters := 0, 0
	for i := range len(word) {
		switch c := word[i]; {
		case c >= '0' && c <= '9':
			digits++
		case isWordByte(c):
			letters++
		}
	}
	return strings.Contains(word, "@") || digits >= 6 || digits > 0 && letters > 15 || letters > 40
}

func isWordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// summarize makes the text about one entry: its code, the parameter and, as far as it can be printed, the message.
func (s sentValues) summarize(item ErrorItem) string {
	text := plainWord(item.Code)
	if param := plainParam(item.Param); param != "" {
		text = strings.TrimSpace(text + " (parameter " + param + ")")
	}
	message := item.LongMessage
	if message == "" || len(message) > maxMessage {
		message = item.Message
	}
	if s == nil {
		return text
	}
	if message = s.plainMessage(message); message != "" {
		text = strings.TrimPrefix(text+": "+message, ": ")
	}
	return text
}

// summarizeAll makes the texts about the first entries.
func (s sentValues) summarizeAll(items []ErrorItem) []string {
	texts := []string{}
	for _, item := range items[:min(len(items), maxErrorTexts)] {
		if text := s.summarize(item); text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}

// plainParam is plainWord for names of parameters, which can have brackets.
func plainParam(name string) string {
	if plainWord(strings.NewReplacer("[", "", "]", "").Replace(name)) == "" {
		return ""
	}
	return name
}
