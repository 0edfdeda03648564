package api

import "net/http"

// openSession hands the caller's secret back as a cookie that scripts cannot
// read and other sites cannot use.
func (a *API) openSession(c *call) error {
	http.SetCookie(c.w, sessionCookie(c.r, secretOf(c.r), 0))
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

func (a *API) closeSession(c *call) error {
	http.SetCookie(c.w, sessionCookie(c.r, "", -1))
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

func sessionCookie(r *http.Request, secret string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: cookie, Value: secret, Path: "/", MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: scheme(r) == "https",
	}
}

// scheme is how the client reached us, by what a proxy in front says.
func scheme(r *http.Request) string {
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		return "https"
	}
	return "http"
}

// origin is the address of this service as the client sees it.
func origin(r *http.Request) string { return scheme(r) + "://" + r.Host }
