// Package webhook tells other systems of reports, by HTTP as Standard Webhooks
// (https://www.standardwebhooks.com) writes it.
//
// # Laws
//
//   - Each webhook has a cursor along the feed. It moves past an event that is wanted
//     only when that was delivered, or is kept as a dead letter: none is lost,
//     whatever is killed, and one may be delivered twice, under the same id.
//   - Events of a webhook are sent one after another in the order of the feed. A
//     webhook that fails or is slow holds up no other.
//   - One node delivers at a time.
//   - Nothing is sent to the own machine or to private networks, whatever a name
//     resolves to, unless that is allowed; redirects are not followed.
package webhook
