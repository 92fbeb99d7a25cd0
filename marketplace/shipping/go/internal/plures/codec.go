package plures

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"connectrpc.com/connect/v2/connectproto"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// A number that no member of an enum has.
const unknownMember = -1 << 31

// JSON as all processes read and write it: every field is written, unknown fields are passed over, and an unknown member of an enum stays
// one. protojson would pass over that as well, and a method of a newer peer would be taken for the default one.
type codec struct {
	*connectproto.JSONCodec
	contract *contract
}

func newCodec(of *contract) *codec {
	strict := connectproto.NewJSONCodec()
	strict.MarshalOptions.EmitDefaultValues = true
	strict.UnmarshalOptions.DiscardUnknown = false
	return &codec{strict, of}
}

func (c *codec) UnmarshalRead(_ context.Context, from io.Reader, message any) error {
	text, err := io.ReadAll(from)
	if err != nil {
		return err
	}
	into := message.(proto.Message)
	strictly := c.UnmarshalOptions.Unmarshal(text, into)
	if strictly == nil {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	// Numbers stay as they are written.
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil || decoder.Decode(new(any)) != io.EOF {
		return strictly
	}
	if err := c.number(value, into.ProtoReflect().Descriptor()); err != nil {
		return err
	}
	if text, err = json.Marshal(value); err != nil {
		return err
	}
	proto.Reset(into)
	return protojson.UnmarshalOptions{DiscardUnknown: true}.Unmarshal(text, into)
}

// Puts a number in place of each member that its enum does not have.
func (c *codec) number(value any, of protoreflect.MessageDescriptor) error {
	fields, isObject := value.(map[string]any)
	if !isObject || strings.HasPrefix(string(of.FullName()), "google.protobuf.") {
		return nil
	}
	for name, each := range fields {
		descriptor := of.Fields().ByJSONName(name)
		if descriptor == nil {
			descriptor = of.Fields().ByTextName(name)
		}
		if descriptor == nil {
			if c.contract.isClosed(of.Name()) {
				return fmt.Errorf("%s has no field %q", of.Name(), shortened(name))
			}
			continue
		}
		if entries, isObject := each.(map[string]any); isObject && descriptor.IsMap() {
			if err := c.each(entries, descriptor.MapValue()); err != nil {
				return err
			}
			continue
		}
		changed, err := c.numbered(each, descriptor)
		if err != nil {
			return err
		}
		fields[name] = changed
	}
	return nil
}

func (c *codec) each(entries map[string]any, of protoreflect.FieldDescriptor) error {
	for key, each := range entries {
		changed, err := c.numbered(each, of)
		if err != nil {
			return err
		}
		entries[key] = changed
	}
	return nil
}

func (c *codec) numbered(value any, of protoreflect.FieldDescriptor) (any, error) {
	switch kind := value.(type) {
	case []any:
		for i, each := range kind {
			changed, err := c.numbered(each, of)
			if err != nil {
				return nil, err
			}
			kind[i] = changed
		}
	case map[string]any:
		if of.Message() != nil {
			return value, c.number(value, of.Message())
		}
	case string:
		if of.Enum() != nil && of.Enum().Values().ByName(protoreflect.Name(kind)) == nil {
			return json.Number(fmt.Sprint(unknownMember)), nil
		}
	}
	return value, nil
}

func (c *contract) isClosed(name protoreflect.Name) bool {
	return slices.Contains(c.Closed, string(name))
}
