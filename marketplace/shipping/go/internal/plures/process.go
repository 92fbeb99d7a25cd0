// Package plures is what every Go service of a Plures application has in common: it listens where the supervisor says, tells whether
// it is ready, lets in who may call, keeps deadlines, hops and the bounds of its contract, logs as all other processes do, and stops without
// losing a call. It was written with the service, and belongs to it.
package plures

import (
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connecthttp"
	"connectrpc.com/connect/v2/connectproto"
)

const (
	mostBytes = 1 << 20
	// Less takes longer to compress than to send.
	leastCompressed = 1 << 14
)

// Process hosts one capability.
type Process struct {
	// Server is what the generated code registers the service with.
	Server *connect.Server
	// Log writes what the service has to say; with a context, it names the request.
	Log *slog.Logger

	contract *contract
	codec    *codec
	handlers map[string]handler
	peers    *http.Client
	spans    *spans
}

// NewProcess reads the contract, as `plures contract export json` writes it, and ends the program where that cannot be read.
func NewProcess(text []byte) *Process {
	read, err := readContract(text)
	process := &Process{contract: read, codec: newCodec(read), handlers: map[string]handler{}, peers: newPeers()}
	capability := ""
	if read != nil {
		capability = capabilityOf(read.Service)
	}
	process.Log = newLog(os.Stderr, capability)
	slog.SetDefault(process.Log)
	process.spans = newSpans(capability, process.Log)
	if err != nil {
		process.fail(err)
	}
	process.Server = connect.NewServer(process.surround)
	return process
}

// Run serves until the process is told to end, and returns when all calls have been answered.
func (p *Process) Run() {
	mux := http.NewServeMux()
	connecthttp.Mount(mux, p.Server, p.options()...)
	for name, each := range p.handlers {
		mux.Handle("POST /"+p.contract.Service+"/"+name, p.answering(name, each))
	}
	entrance, err := newEntrance(os.Getenv("PLURES_CALLERS"), capabilityOf(p.contract.Service))
	if err != nil {
		p.fail(err)
	}
	mux.HandleFunc("/", func(answer http.ResponseWriter, request *http.Request) {
		refuse(answer, request, connect.Errorf(connect.CodeUnimplemented, "there is no %s here", request.URL.Path))
	})
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		p.spans.run(stop)
	}()
	if err := p.serve(entrance.before(mux)); err != nil {
		p.fail(err)
	}
	close(stop)
	<-stopped
}

func (p *Process) options() []connecthttp.Option {
	codecs := connecthttp.WithCodecs(p.codec, connectproto.NewBinaryCodec())
	return []connecthttp.Option{codecs, connecthttp.WithReadMaxBytes(mostBytes), connecthttp.WithCompressMinBytes(leastCompressed)}
}

func (p *Process) fail(err error) {
	p.Log.Error("the service cannot run", "error", err)
	os.Exit(1)
}

// "marketplace.shipping.v1.Shipping" is the service of the capability "shipping".
func capabilityOf(service string) string {
	parts := strings.Split(service, ".")
	if len(parts) < 3 {
		return strings.ToLower(service)
	}
	return parts[len(parts)-3]
}

func variable(capability, what string) string {
	return fmt.Sprintf("PLURES_%s_%s", strings.ToUpper(strings.ReplaceAll(capability, "-", "_")), what)
}
