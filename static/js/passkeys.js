// Passkeys: asks the browser for one and puts what it answers into the form's hidden field.
(function () {
  'use strict'

  function bytes (text) {
    const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'))
    return Uint8Array.from(plain, function (letter) { return letter.charCodeAt(0) })
  }

  function text (buffer) {
    const plain = String.fromCharCode.apply(null, new Uint8Array(buffer))
    return btoa(plain).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
  }

  function known (credential) {
    return Object.assign({}, credential, { id: bytes(credential.id) })
  }

  function toMake (options) {
    const made = Object.assign({}, options, { challenge: bytes(options.challenge) })
    made.user = Object.assign({}, options.user, { id: bytes(options.user.id) })
    made.excludeCredentials = (options.excludeCredentials || []).map(known)
    return made
  }

  function toShow (options) {
    const shown = Object.assign({}, options, { challenge: bytes(options.challenge) })
    shown.allowCredentials = (options.allowCredentials || []).map(known)
    return shown
  }

  function sent (credential) {
    const response = {}
    for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
      if (credential.response[name]) response[name] = text(credential.response[name])
    }
    if (credential.response.getTransports) response.transports = credential.response.getTransports()
    return {
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment || undefined,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: response
    }
  }

  async function options (form) {
    if (!form.dataset.optionsFrom) return JSON.parse(document.getElementById('passkey-options').textContent)
    const answer = await fetch(form.dataset.optionsFrom, { headers: { Accept: 'application/json' } })
    if (!answer.ok) throw new Error('no options')
    return answer.json()
  }

  async function ask (form) {
    const given = await options(form)
    if (form.dataset.passkey === 'make') {
      const publicKey = toMake(given.creation_options.publicKey)
      publicKey.authenticatorSelection = Object.assign({}, publicKey.authenticatorSelection, {
        residentKey: 'required', requireResidentKey: true, userVerification: 'required'
      })
      return navigator.credentials.create({ publicKey: publicKey })
    }
    return navigator.credentials.get({ publicKey: toShow(given.request_options.publicKey) })
  }

  for (const form of document.querySelectorAll('form[data-passkey]')) {
    if (!window.PublicKeyCredential) continue
    form.hidden = false
    form.addEventListener('submit', async function (event) {
      event.preventDefault()
      const problem = form.querySelector('[data-passkey-problem]')
      problem.hidden = true
      try {
        form.elements.credential.value = JSON.stringify(sent(await ask(form)))
        form.submit()
      } catch (refused) {
        problem.hidden = false
      }
    })
  }
})()
