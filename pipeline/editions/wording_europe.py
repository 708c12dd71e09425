"""What a mail says in German, French, Spanish, Portuguese and Russian; `wording` chooses."""

from __future__ import annotations

from collections.abc import Mapping

GERMAN: Mapping[str, str] = {
    "number": "Nr. {number}",
    "view": "Im Browser ansehen",
    "continue": "Im Web weiterlesen",
    "continued": "Diese Ausgabe ist zu lang für eine E-Mail. Der Rest steht im Web:",
    "more": "und {count} weitere",
    "why": "Sie erhalten diese E-Mail, weil Sie „{title}“ abonniert haben.",
    "unsubscribe": "Abbestellen",
    "preferences": "Einstellungen",
    "archive": "Alle Ausgaben",
    "image": "Bild",
    "colon": ": ",
    "letter_why": "Sie erhalten diese E-Mail, weil diese Adresse „{title}“ genannt wurde.",
    "confirm_subject": "Bitte bestätigen Sie Ihr Abonnement von „{title}“",
    "confirm_text": "Möchten Sie „{title}“ per E-Mail erhalten? Ein Klick unten, und die nächste Ausgabe "
    "kommt zu Ihnen.",
    "confirm_button": "Abonnement bestätigen",
    "confirm_small": "Wenn Sie das nicht waren oder nicht möchten, brauchen Sie nichts zu tun: Sie hören nicht wieder "
    "von uns.",
    "change_subject": "Bitte bestätigen Sie Ihre neue Adresse für „{title}“",
    "change_text": "Sie möchten „{title}“ künftig an dieser Adresse erhalten. Ein Klick unten ändert sie.",
    "change_button": "Diese Adresse verwenden",
    "change_small": "Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Sie hören nicht wieder von uns.",
    "welcome_subject": "Willkommen bei „{title}“",
    "welcome_latest": "Willkommen! Ihr Abonnement ist bestätigt. Hier ist die neueste Ausgabe; die nächste kommt am "
    "Tag ihres Erscheinens.",
    "welcome_text": "Ihr Abonnement ist bestätigt. Die nächste Ausgabe kommt an diese Adresse; bis dahin finden Sie "
    "alle früheren im Web.",
    "welcome_button": "Frühere Ausgaben lesen",
    "welcome_small": "Sie können jederzeit mit einem Klick abbestellen.",
}

FRENCH: Mapping[str, str] = {
    "number": "Nº\u00a0{number}",
    "view": "Voir dans le navigateur",
    "continue": "Lire la suite sur le web",
    "continued": "Ce numéro est trop long pour un e-mail. La suite est sur le web\u00a0:",
    "more": "et {count} de plus",
    "why": "Vous recevez cet e-mail parce que vous êtes abonné(e) à «\u00a0{title}\u00a0».",
    "unsubscribe": "Se désabonner",
    "preferences": "Préférences",
    "archive": "Tous les numéros",
    "image": "image",
    "colon": "\u00a0: ",
    "letter_why": "Vous recevez cet e-mail parce que cette adresse a été donnée à «\u00a0{title}\u00a0».",
    "confirm_subject": "Confirmez votre abonnement à «\u00a0{title}\u00a0»",
    "confirm_text": "Souhaitez-vous recevoir «\u00a0{title}\u00a0» par e-mail\u00a0? Un clic ci-dessous, et le "
    "prochain numéro est à vous.",
    "confirm_button": "Confirmer l’abonnement",
    "confirm_small": "Si vous n’avez rien demandé ou n’en voulez pas, ne faites rien\u00a0: nous ne vous "
    "écrirons plus.",
    "change_subject": "Confirmez votre nouvelle adresse pour «\u00a0{title}\u00a0»",
    "change_text": "Vous avez demandé à recevoir désormais «\u00a0{title}\u00a0» à cette adresse. Un clic "
    "ci-dessous suffit.",
    "change_button": "Utiliser cette adresse",
    "change_small": "Si vous n’avez rien demandé, ne faites rien\u00a0: nous ne vous écrirons plus.",
    "welcome_subject": "Bienvenue à «\u00a0{title}\u00a0»",
    "welcome_latest": "Bienvenue\u00a0: votre abonnement est confirmé. Voici le dernier numéro\u00a0; le prochain "
    "vous parviendra le jour de sa parution.",
    "welcome_text": "Votre abonnement est confirmé. Le prochain numéro vous parviendra à cette adresse\u00a0; d’ici "
    "là, tous les précédents sont sur le web.",
    "welcome_button": "Lire les numéros précédents",
    "welcome_small": "Vous pouvez vous désabonner à tout moment, d’un seul clic.",
}

SPANISH: Mapping[str, str] = {
    "number": "N.º {number}",
    "view": "Ver en el navegador",
    "continue": "Seguir leyendo en la web",
    "continued": "Este número no cabe entero en un correo. El resto está en la web:",
    "more": "y {count} más",
    "why": "Recibe este correo porque está suscrito a «{title}».",
    "unsubscribe": "Darse de baja",
    "preferences": "Preferencias",
    "archive": "Todos los números",
    "image": "imagen",
    "colon": ": ",
    "letter_why": "Recibe este correo porque alguien dio esta dirección a «{title}».",
    "confirm_subject": "Confirme su suscripción a «{title}»",
    "confirm_text": "¿Quiere recibir «{title}» por correo? Un clic aquí abajo y el próximo número será suyo.",
    "confirm_button": "Confirmar la suscripción",
    "confirm_small": "Si no lo ha pedido o no lo quiere, no haga nada: no volveremos a escribirle.",
    "change_subject": "Confirme su nueva dirección para «{title}»",
    "change_text": "Ha pedido recibir «{title}» en esta dirección a partir de ahora. Un clic aquí abajo hace el "
    "cambio.",
    "change_button": "Usar esta dirección",
    "change_small": "Si no lo ha pedido, no haga nada: no volveremos a escribirle.",
    "welcome_subject": "Le damos la bienvenida a «{title}»",
    "welcome_latest": "Su suscripción está confirmada. Aquí tiene el último número; el próximo le llegará el día en "
    "que aparezca.",
    "welcome_text": "Su suscripción está confirmada. El próximo número le llegará a esta dirección; mientras tanto, "
    "todos los anteriores están en la web.",
    "welcome_button": "Leer los números anteriores",
    "welcome_small": "Puede darse de baja cuando quiera, con un solo clic.",
}

PORTUGUESE: Mapping[str, str] = {
    "number": "N.º {number}",
    "view": "Ver no navegador",
    "continue": "Continuar a leitura na web",
    "continued": "Esta edição não cabe inteira num e-mail. O restante está na web:",
    "more": "e mais {count}",
    "why": "Você recebe este e-mail porque assina “{title}”.",
    "unsubscribe": "Cancelar a assinatura",
    "preferences": "Preferências",
    "archive": "Todas as edições",
    "image": "imagem",
    "colon": ": ",
    "letter_why": "Você recebe este e-mail porque alguém informou este endereço a “{title}”.",
    "confirm_subject": "Confirme a sua assinatura de “{title}”",
    "confirm_text": "Quer receber “{title}” por e-mail? Um clique abaixo, e a próxima edição é sua.",
    "confirm_button": "Confirmar a assinatura",
    "confirm_small": "Se você não fez este pedido ou não quer receber, não faça nada: não voltaremos a escrever.",
    "change_subject": "Confirme o seu novo endereço para “{title}”",
    "change_text": "Você pediu para receber “{title}” neste endereço a partir de agora. Um clique abaixo faz a "
    "mudança.",
    "change_button": "Usar este endereço",
    "change_small": "Se você não fez este pedido, não faça nada: não voltaremos a escrever.",
    "welcome_subject": "Damos-lhe as boas-vindas a “{title}”",
    "welcome_latest": "A sua assinatura está confirmada. Aqui está a edição mais recente; a próxima chega no dia em "
    "que for publicada.",
    "welcome_text": "A sua assinatura está confirmada. A próxima edição chega a este endereço; até lá, todas as "
    "anteriores estão na web.",
    "welcome_button": "Ler as edições anteriores",
    "welcome_small": "Você pode cancelar a qualquer momento, com um clique.",
}

RUSSIAN: Mapping[str, str] = {
    "number": "№ {number}",
    "view": "Открыть в браузере",
    "continue": "Читать дальше на сайте",
    "continued": "Этот выпуск не помещается в письмо целиком. Продолжение на сайте:",
    "more": "и ещё {count}",
    "why": "Вы получили это письмо, потому что подписаны на «{title}».",
    "unsubscribe": "Отписаться",
    "preferences": "Настройки подписки",
    "archive": "Все выпуски",
    "image": "изображение",
    "colon": ": ",
    "letter_why": "Вы получили это письмо, потому что этот адрес передали в «{title}».",
    "confirm_subject": "Подтвердите подписку на «{title}»",
    "confirm_text": "Присылать вам «{title}»? Нажмите ниже, и следующий выпуск придёт к вам.",
    "confirm_button": "Подтвердить подписку",
    "confirm_small": "Если вы об этом не просили или не хотите этого, ничего делать не нужно: больше мы вам не "
    "напишем.",
    "change_subject": "Подтвердите новый адрес для «{title}»",
    "change_text": "Вы попросили присылать «{title}» на этот адрес. Нажмите ниже, чтобы изменить адрес.",
    "change_button": "Использовать этот адрес",
    "change_small": "Если это были не вы, ничего делать не нужно: больше мы вам не напишем.",
    "welcome_subject": "Добро пожаловать в «{title}»",
    "welcome_latest": "Подписка подтверждена. Вот свежий выпуск; следующий придёт в день выхода.",
    "welcome_text": "Подписка подтверждена. Следующий выпуск придёт на этот адрес, а все прошлые можно прочитать на "
    "сайте.",
    "welcome_button": "Читать прошлые выпуски",
    "welcome_small": "Отписаться можно в любой момент одним нажатием.",
}
