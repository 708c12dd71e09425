"""By which post: the port every transport speaks, and the transports themselves, entered through the catalogue.

    base          Message, Receipt, Transport: the port          catalogue, plugins    from a kind's name to its module
    smtp          any mail server; it lists its own modules      local                 a folder, a list, one that fails
    http          one call to a service                          http_verdicts         what an answer means
    vendor        what all services share
      api_transport  one message to one reader: brevo mailgun postmark resend sendgrid ses, generic for the rest
      broadcasts     one issue to a service that owns the readers: buttondown kit listmonk mailchimp
    fields        a message's header for services that take it in pieces      sigv4       Amazon's signature

    event         what comes back, in our words                  statuses    what a failure means
    hooks         from a provider's name to what reads its reports: brevo_events http_events mailgun_events
                  postmark_events resend_events sendgrid_events ses_events, which share payloads, proofs, sns
    mailbox       what comes back by mail                        returned    what such a mail says
"""
