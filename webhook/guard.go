package webhook

import (
	"fmt"
	"net/netip"
	"net/url"
	"syscall"
)

// CheckURL refuses an address that cannot be a webhook's: one that is not https, or
// names the own machine or a private network, unless private ones are allowed.
func CheckURL(text string, private bool) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return fmt.Errorf("%q is not an address such as https://example.com/hook", text)
	}
	if u.User != nil {
		return fmt.Errorf("an address does not hold a name and a password: the signature proves who sends")
	}
	if private {
		return nil
	}
	if u.Scheme != "https" {
		return fmt.Errorf("%q is not https", text)
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil {
		return checkPublic(ip)
	}
	return nil
}

// reserved are networks that are not the public internet, beside those that
// [netip.Addr] tells itself (IANA Special-Purpose Address Registries).
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),       // this network
	netip.MustParsePrefix("100.64.0.0/10"),   // behind a carrier's NAT
	netip.MustParsePrefix("192.0.0.0/24"),    // of protocols
	netip.MustParsePrefix("192.0.2.0/24"),    // of documentation
	netip.MustParsePrefix("198.18.0.0/15"),   // of benchmarks
	netip.MustParsePrefix("198.51.100.0/24"), // of documentation
	netip.MustParsePrefix("203.0.113.0/24"),  // of documentation
	netip.MustParsePrefix("240.0.0.0/4"),     // of the future, and broadcast
	netip.MustParsePrefix("64:ff9b::/96"),    // NAT64: any IPv4 address
	netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("100::/64"),  // discarded
	netip.MustParsePrefix("2001::/23"), // of protocols, Teredo
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"), // 6to4: any IPv4 address
	netip.MustParsePrefix("fec0::/10"), // of a site
}

// checkPublic refuses what is not on the public internet.
func checkPublic(ip netip.Addr) error {
	ip = ip.Unmap().WithZone("")
	public := ip.IsGlobalUnicast() && !ip.IsPrivate()
	for _, p := range reserved {
		public = public && !p.Contains(ip)
	}
	if !public {
		return fmt.Errorf("%v is of this machine or a private network; serve --private-webhooks allows that", ip)
	}
	return nil
}

// onlyPublic is a net.Dialer's Control: it sees the address that a name resolved
// to, right before it is connected to.
func onlyPublic(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	return checkPublic(to.Addr())
}
