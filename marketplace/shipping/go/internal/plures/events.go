package plures

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"connectrpc.com/connect/v2"
	"google.golang.org/protobuf/proto"
)

// A subscription that says no deadline gives its handler so long.
const defaultHandling = 10 * time.Second

// Envelope is what a CloudEvent says beside its data.
type Envelope struct {
	ID           string    `json:"id"`
	Source       string    `json:"source"`
	Type         string    `json:"type"`
	Time         time.Time `json:"time"`
	PartitionKey string    `json:"partitionkey"`
	Sequence     string    `json:"sequence"`
}

// Handle has the events of one subscription handled: Handle(process, "Confirm", func(ctx, event *checkoutv1.OrderPlaced, of plures.Envelope) error).
// An event whose handler returns an error comes again, and one may come twice: what the handler writes, it writes together with the id.
func Handle[E proto.Message](p *Process, subscription string, handle func(context.Context, E, Envelope) error) {
	p.handlers[subscription] = func(ctx context.Context, text []byte) error {
		var sent struct {
			Envelope
			Data json.RawMessage `json:"data"`
		}
		if err := json.Unmarshal(text, &sent); err != nil {
			return refused("the event cannot be read: " + err.Error())
		}
		var none E
		event := none.ProtoReflect().New().Interface().(E)
		if wanted := string(event.ProtoReflect().Descriptor().FullName()); sent.ID == "" || sent.Type != wanted {
			return refused("an event of type " + wanted + " with an id is expected, and it is " + strconv.Quote(shortened(sent.Type)))
		}
		if err := p.codec.UnmarshalRead(ctx, bytes.NewReader(sent.Data), event); err != nil {
			return refused("data: " + err.Error())
		}
		return handle(ctx, event, sent.Envelope)
	}
}

func refused(why string) error {
	return &refusal{connect.NewError(connect.CodeInvalidArgument, why)}
}

type handler func(ctx context.Context, text []byte) error

func (p *Process) answering(name string, handle handler) http.Handler {
	return http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
		read, tooMany := readCall(request.Header)
		if tooMany != nil {
			refuse(answer, request, tooMany)
			return
		}
		running := p.spans.begin(serverSpan, request.URL.Path, read.trace)
		defer running.end()
		ctx, cancel := context.WithTimeout(context.WithValue(request.Context(), callKey{}, read), timeIn(request))
		defer cancel()
		err := guarded(func() error { return p.handled(ctx, answer, request, handle) })
		if never := (*refusal)(nil); errors.As(err, &never) {
			running.code = never.told.Code().String()
			refuse(answer, request, never.told)
			return
		}
		if err = p.told(ctx, name, operation{}, err); err != nil {
			running.code = connect.CodeOf(err).String()
			// It fails where the caller is gone.
			_ = errorWriter.Write(answer, request, err)
			return
		}
		answer.Header().Set("Content-Type", "application/json")
		_, _ = answer.Write([]byte("{}"))
	})
}

func (p *Process) handled(ctx context.Context, answer http.ResponseWriter, request *http.Request, handle handler) error {
	var text bytes.Buffer
	if _, err := text.ReadFrom(http.MaxBytesReader(answer, request.Body, mostBytes)); err != nil {
		return &refusal{connect.NewError(connect.CodeResourceExhausted, "the event cannot be read: "+err.Error())}
	}
	return handle(ctx, text.Bytes())
}

func timeIn(request *http.Request) time.Duration {
	if milliseconds, err := strconv.ParseUint(request.Header.Get("Connect-Timeout-Ms"), 10, 32); err == nil {
		return time.Duration(milliseconds) * time.Millisecond
	}
	return defaultHandling
}
