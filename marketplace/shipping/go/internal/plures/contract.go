package plures

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// A contract as `plures contract export json` writes it: what the lock file says.
type contract struct {
	Service    string                      `json:"service"`
	Operations map[string]operation        `json:"operations"`
	Errors     map[string]declaredError    `json:"errors"`
	Messages   map[string]map[string]field `json:"messages"`
	Enums      map[string]map[string]int32 `json:"enums"`
	// Enums and messages of which readers refuse what they do not know.
	Closed []string `json:"closed"`
}

type operation struct {
	DeadlineS float64  `json:"deadline_s"`
	Errors    []string `json:"errors"`
}

func (o operation) deadline() time.Duration {
	return time.Duration(o.DeadlineS * float64(time.Second))
}

type declaredError struct {
	Status  string `json:"status"`
	Message string `json:"message"`
	Text    string `json:"text"`
}

// A type, with its bounds; numbers stay as they are written, so that none of them is rounded.
type form struct {
	Type       string       `json:"type"`
	List       *form        `json:"list"`
	Map        *form        `json:"map"`
	Choice     []string     `json:"choice"`
	Ge         *json.Number `json:"ge"`
	Gt         *json.Number `json:"gt"`
	Le         *json.Number `json:"le"`
	Lt         *json.Number `json:"lt"`
	MultipleOf *json.Number `json:"multiple_of"`
	MinLength  *int         `json:"min_length"`
	MaxLength  *int         `json:"max_length"`
	Pattern    string       `json:"pattern"`
	limits     []limit
}

type field struct {
	form
	Required bool
}

// UnmarshalJSON reads a type that has bounds, and one that is its name alone.
func (f *form) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '"' {
		return json.Unmarshal(text, &f.Type)
	}
	type plain form
	return json.Unmarshal(text, (*plain)(f))
}

// UnmarshalJSON reads the type of a field, and what is said of the field itself.
func (f *field) UnmarshalJSON(text []byte) error {
	var own struct {
		Required bool `json:"required"`
	}
	if err := json.Unmarshal(text, &own); err != nil {
		return err
	}
	f.Required = own.Required
	return json.Unmarshal(text, &f.form)
}

func readContract(text []byte) (*contract, error) {
	var read contract
	if err := json.Unmarshal(text, &read); err != nil {
		return nil, fmt.Errorf("the contract cannot be read: %w; write it anew with plures contract export json", err)
	}
	if read.Service == "" || len(read.Operations) == 0 {
		return nil, fmt.Errorf("the contract names no service or no operation; write it anew with plures contract export json")
	}
	for message, fields := range read.Messages {
		for name, each := range fields {
			if err := each.compile(); err != nil {
				return nil, fmt.Errorf("the pattern of %s.%s is none in Go: %w", message, name, err)
			}
			fields[name] = each
		}
	}
	return &read, nil
}

func (f *form) compile() error {
	if f == nil {
		return nil
	}
	f.limits = limitsOf(f)
	_, err := pattern(f.Pattern)
	return errors.Join(err, f.List.compile(), f.Map.compile())
}
