package plures

import (
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

const mostShown = 20

// Tells what of a message its contract does not allow; each line begins with the place.
func (c *contract) problems(message proto.Message) []string {
	found := &finder{contract: c}
	found.message(message.ProtoReflect(), "")
	return found.problems[:min(len(found.problems), mostShown)]
}

type finder struct {
	contract *contract
	problems []string
}

func (f *finder) say(place, format string, values ...any) {
	f.problems = append(f.problems, place+": "+fmt.Sprintf(format, values...))
}

func (f *finder) message(message protoreflect.Message, place string) {
	known := f.contract.Messages[string(message.Descriptor().Name())]
	fields := message.Descriptor().Fields()
	for i := range fields.Len() {
		descriptor := fields.Get(i)
		of := known[descriptor.JSONName()]
		f.field(message, descriptor, of, joined(place, descriptor.JSONName()))
	}
	// A union is a message with one choice.
	choices := message.Descriptor().Oneofs()
	for i := range choices.Len() {
		if !choices.Get(i).IsSynthetic() && message.WhichOneof(choices.Get(i)) == nil {
			f.say(place, "is missing")
		}
	}
}

func (f *finder) field(message protoreflect.Message, descriptor protoreflect.FieldDescriptor, of field, place string) {
	// What a message of proto3 left out is zero, except where it knows better.
	if descriptor.HasPresence() && !message.Has(descriptor) {
		if of.Required {
			f.say(place, "is missing")
		}
		return
	}
	value := message.Get(descriptor)
	switch {
	case descriptor.IsList():
		items := value.List()
		f.length(of.form, items.Len(), place)
		for i := range items.Len() {
			f.value(descriptor, element(of.List), items.Get(i), fmt.Sprintf("%s[%d]", place, i))
		}
	case descriptor.IsMap():
		entries := value.Map()
		f.length(of.form, entries.Len(), place)
		entries.Range(func(key protoreflect.MapKey, each protoreflect.Value) bool {
			f.value(descriptor.MapValue(), element(of.Map), each, fmt.Sprintf("%s[%q]", place, key.String()))
			return true
		})
	default:
		f.value(descriptor, of.form, value, place)
	}
}

func (f *finder) value(descriptor protoreflect.FieldDescriptor, of form, value protoreflect.Value, place string) {
	switch descriptor.Kind() {
	case protoreflect.MessageKind, protoreflect.GroupKind:
		f.message(value.Message(), place)
	case protoreflect.EnumKind:
		f.enum(descriptor.Enum(), value.Enum(), place)
	case protoreflect.StringKind:
		f.text(of, value.String(), place)
	case protoreflect.BytesKind:
		f.length(of, len(value.Bytes()), place)
	case protoreflect.BoolKind:
	default:
		f.number(of, value.String(), place)
	}
}

func (f *finder) enum(descriptor protoreflect.EnumDescriptor, number protoreflect.EnumNumber, place string) {
	// Others may have members that a newer peer knows.
	if !f.contract.isClosed(descriptor.Name()) {
		return
	}
	for _, each := range f.contract.Enums[string(descriptor.Name())] {
		if each == int32(number) {
			return
		}
	}
	f.say(place, "is missing, or is no %s", descriptor.Name())
}

func (f *finder) text(of form, text, place string) {
	if len(of.Choice) > 0 && !slices.Contains(of.Choice, text) {
		f.say(place, "is none of %q", of.Choice)
	}
	if of.Type == "decimal" {
		f.number(of, text, place)
		return
	}
	// Characters, as Python counts them, and not bytes.
	f.length(of, utf8.RuneCountInString(text), place)
	if of.Pattern != "" {
		// readContract has seen that it can be compiled.
		if wanted, err := pattern(of.Pattern); err == nil && !wanted.MatchString(text) {
			f.say(place, "does not match %s", of.Pattern)
		}
	}
}

func (f *finder) length(of form, length int, place string) {
	if of.MinLength != nil && length < *of.MinLength {
		f.say(place, "has a length of %d, and at least %d is needed", length, *of.MinLength)
	}
	if of.MaxLength != nil && length > *of.MaxLength {
		f.say(place, "has a length of %d, and at most %d is allowed", length, *of.MaxLength)
	}
}

func (f *finder) number(of form, text, place string) {
	number, exact := rational(text)
	if !exact {
		// NaN and the infinities are in no range; where there is none, they are values as others.
		if of.Type == "decimal" || of.Ge != nil || of.Gt != nil || of.Le != nil || of.Lt != nil {
			f.say(place, "is no number: %q", text)
		}
		return
	}
	for _, bound := range []struct {
		than  *json.Number
		words string
		holds func(int) bool
	}{
		{of.Ge, "at least", func(sign int) bool { return sign >= 0 }},
		{of.Gt, "more than", func(sign int) bool { return sign > 0 }},
		{of.Le, "at most", func(sign int) bool { return sign <= 0 }},
		{of.Lt, "less than", func(sign int) bool { return sign < 0 }},
	} {
		if bound.than == nil {
			continue
		}
		limit, _ := new(big.Rat).SetString(bound.than.String())
		if limit != nil && !bound.holds(number.Cmp(limit)) {
			f.say(place, "is %s, and must be %s %s", text, bound.words, bound.than)
		}
	}
	if of.MultipleOf != nil {
		step, _ := new(big.Rat).SetString(of.MultipleOf.String())
		if step != nil && step.Sign() != 0 && !new(big.Rat).Quo(number, step).IsInt() {
			f.say(place, "is %s, and must be a multiple of %s", text, of.MultipleOf)
		}
	}
}

// A short exponent: the number that a long one stands for would fill the memory.
var plainNumber = regexp.MustCompile(`^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?$`)

func rational(text string) (*big.Rat, bool) {
	if !plainNumber.MatchString(text) {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

var patterns sync.Map

// A pattern as Python reads it, compiled once.
func pattern(text string) (*regexp.Regexp, error) {
	if known, found := patterns.Load(text); found {
		return known.(*regexp.Regexp), nil
	}
	words := text
	if strings.HasSuffix(text, "$") && !strings.HasSuffix(text, `\$`) {
		// There, the end of a text is also before its last line end.
		words = strings.TrimSuffix(text, "$") + `\n?$`
	}
	compiled, err := regexp.Compile(words)
	if err == nil {
		patterns.Store(text, compiled)
	}
	return compiled, err
}

func element(of *form) form {
	if of == nil {
		return form{}
	}
	return *of
}

func joined(place, name string) string {
	if place == "" {
		return name
	}
	return place + "." + name
}
