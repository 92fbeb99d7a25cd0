package plures

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connecthttp"
)

const (
	// A replica of Plures closes connections that are silent for two minutes; a request must not meet that.
	idleAtPeers = 60 * time.Second
	// What a contract says that says nothing.
	defaultDeadline = time.Second
)

// Peer is the connection to another capability, for the generated client of its contract. Calls take along what remains of the time of the
// request that ctx belongs to, and who asked for it. plures.toml says which capabilities the process may call.
func (p *Process) Peer(capability string) *connect.Client {
	url := os.Getenv(variable(capability, "URL"))
	transport := connecthttp.NewTransport(p.peers, url, p.options()...)
	return connect.NewClient(transport, p.passingOn(capability))
}

func newPeers() *http.Client {
	// No proxy: peers are on this machine, or said with their address.
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: idleAtPeers}}
}

func (p *Process) passingOn(capability string) connect.ClientInterceptor {
	return func(next connect.ClientFunc) connect.ClientFunc {
		return func(ctx context.Context, spec connect.Spec) (connect.ClientStream, error) {
			within := callOf(ctx)
			running := p.spans.begin(clientSpan, spec.Procedure, within.trace.below())
			if within.hops >= mostHops {
				return nil, tooManyHops()
			}
			cancel := func() {}
			if _, limited := ctx.Deadline(); !limited {
				ctx, cancel = context.WithTimeout(ctx, defaultDeadline)
			}
			info, _ := connect.CallInfoForClientContext(ctx)
			headers := info.RequestHeader()
			headers.Set(hopsHeader, strconv.Itoa(within.hops+1))
			for name, value := range map[string]string{
				"Authorization":   bearer(capability),
				requestIDHeader:   within.requestID,
				criticalityHeader: within.criticality,
				contextHeader:     within.context,
			} {
				if value != "" {
					headers.Set(name, value)
				}
			}
			for name, value := range running.trace.headers() {
				if value != "" {
					headers.Set(name, value)
				}
			}
			stream, err := next(ctx, spec)
			if err != nil {
				cancel()
				running.failed(err)
				running.end()
				return nil, err
			}
			return &endingStream{stream, cancel, running}, nil
		}
	}
}

// Gives back the timer of a call when the call ends, and ends its span.
type endingStream struct {
	connect.ClientStream
	cancel  context.CancelFunc
	running *span
}

func (s *endingStream) Receive(message any) error {
	err := s.ClientStream.Receive(message)
	if err != nil && !errors.Is(err, io.EOF) {
		s.running.failed(err)
	}
	return err
}

func (s *endingStream) Close() error {
	defer s.running.end()
	defer s.cancel()
	return s.ClientStream.Close()
}

func bearer(capability string) string {
	if token := os.Getenv(variable(capability, "TOKEN")); token != "" {
		return "Bearer " + token
	}
	return ""
}
