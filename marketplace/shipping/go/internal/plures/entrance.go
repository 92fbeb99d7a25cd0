package plures

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connecthttp"
)

// One that may call, as PLURES_CALLERS says.
type caller struct {
	Name         string   `json:"name"`
	Kind         string   `json:"kind"`
	SHA256       string   `json:"sha256"`
	MayCall      []string `json:"may_call"`
	MayDeliverTo []string `json:"may_deliver_to"`
}

// Processes of the run seal on whose behalf they call.
var trusted = []string{"process", "command", "tools"}

type entrance struct {
	capability string
	callers    map[string]caller
	open       bool
	host       string
}

// Without a list, as when it is started by hand, the service answers all that reach it.
func newEntrance(list, capability string) (*entrance, error) {
	host, _, err := net.SplitHostPort(address())
	if err != nil {
		return nil, fmt.Errorf("PLURES_CONTROL_ADDRESS is not HOST:PORT: %w", err)
	}
	made := &entrance{capability, map[string]caller{}, list == "", host}
	if made.open {
		return made, nil
	}
	var callers []caller
	if err := json.Unmarshal([]byte(list), &callers); err != nil {
		return nil, fmt.Errorf("PLURES_CALLERS cannot be read: %w", err)
	}
	for _, each := range callers {
		if each.SHA256 != "" {
			made.callers[each.SHA256] = each
		}
	}
	return made, nil
}

func (e *entrance) before(calls http.Handler) http.Handler {
	return http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
		if refused := e.refusal(request); refused != nil {
			refuse(answer, request, refused)
			return
		}
		calls.ServeHTTP(answer, request)
	})
}

func (e *entrance) refusal(request *http.Request) *connect.Error {
	if !e.isOwn(request.Host) {
		return connect.Errorf(connect.CodePermissionDenied, "this listener does not answer to %q", shortened(request.Host))
	}
	if isOfAnotherSite(request) {
		return connect.NewError(connect.CodePermissionDenied, "pages of other sites may not call this listener; let the page ask the edge")
	}
	if e.open {
		return nil
	}
	known, found := e.callers[digestOf(request.Header.Get("Authorization"))]
	if !found {
		return connect.NewError(connect.CodeUnauthenticated, "the caller does not say who it is, or by a token that is not known here")
	}
	if request.Header.Get(contextHeader) != "" && !slices.Contains(trusted, known.Kind) {
		return connect.Errorf(connect.CodeUnauthenticated, "caller %q may not say on whose behalf it calls", known.Name)
	}
	operation := request.URL.Path[strings.LastIndexByte(request.URL.Path, '/')+1:]
	if !e.may(known, operation) {
		return connect.Errorf(connect.CodePermissionDenied, "%s %q may not call %s/%s", known.Kind, known.Name, e.capability, shortened(operation))
	}
	return nil
}

func (e *entrance) may(known caller, operation string) bool {
	if known.Kind == "tools" || slices.Contains(known.MayDeliverTo, e.capability) {
		return true
	}
	return slices.ContainsFunc(known.MayCall, func(right string) bool {
		return right == "*" || right == e.capability || right == e.capability+"/"+operation
	})
}

// A page may give itself any name, and let it point here: the Host header shows that.
func (e *entrance) isOwn(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.Trim(host, "[]")
	}
	name = strings.ToLower(name)
	if name == "localhost" || strings.HasSuffix(name, ".localhost") || name == e.host {
		return true
	}
	address, bound := net.ParseIP(name), net.ParseIP(e.host)
	return address != nil && (address.IsLoopback() || (bound != nil && bound.IsUnspecified()))
}

func isOfAnotherSite(request *http.Request) bool {
	if site := request.Header.Get("Sec-Fetch-Site"); site != "" {
		return site != "same-origin" && site != "none"
	}
	origin := request.Header.Get("Origin")
	return origin != "" && origin != "http://"+request.Host && origin != "https://"+request.Host
}

func digestOf(header string) string {
	scheme, token, _ := strings.Cut(strings.TrimSpace(header), " ")
	if !strings.EqualFold(scheme, "bearer") {
		return ""
	}
	digest := sha256.Sum256([]byte(strings.TrimSpace(token)))
	return hex.EncodeToString(digest[:])
}

// Answers an error without having begun.
func refuse(answer http.ResponseWriter, request *http.Request, refused *connect.Error) {
	answer.Header().Set(outcomeHeader, notSent)
	// It fails where the caller is gone.
	_ = errorWriter.Write(answer, request, refused)
}

var errorWriter = connecthttp.NewErrorWriter()

func shortened(text string) string {
	return text[:min(len(text), 100)]
}
