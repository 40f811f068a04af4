package site

import "net/http"

// Step finds the site of a request by its host and returns the request with the site in its context, for
// web.Router.Before. It returns an error of kind NotFound for an unknown host, and Unavailable for a site that is
// suspended or cannot be opened. The site stays open until the request's context ends.
func (r *Registry) Step(_ http.ResponseWriter, req *http.Request) (*http.Request, error) {
	s, err := r.ByHost(req.Context(), req.Host)
	if err != nil {
		return nil, err
	}
	return req.WithContext(With(req.Context(), s)), nil
}
